"""Templates as Python: what Django has read of a template is written out as one function, once a language.

Templates stay Django's own, read by Django's own parser; only rendering them takes less. What has no line here is
rendered by its own node, so that no tag is lost, and a text that is not HTML (a mail) is rendered as ever.
"""
