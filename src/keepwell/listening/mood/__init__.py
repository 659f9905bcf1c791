"""The mood of what a customer says, told by a model that is learnt from the company's own comments."""
