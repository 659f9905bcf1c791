"""What calls answer with."""

from pydantic import BaseModel


class Answer(BaseModel):
    """Made by our own code, field by field: checked once, as it is made.

    A ninja `Schema` can be made from any object, for which each of its fields is looked up through two more layers,
    when it is made and when it is sent; of a long list that takes longer than reading it.
    """
