"""The block and the tool in an Open edX that is run by Tutor."""
