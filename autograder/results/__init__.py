"""The class: who is in it, which grades still hold, and what is made of them."""
