"""Write the CSV files of both datasets again: ``python -m datasets``."""

from datasets import FOLDER, generate_linear, generate_xor, save

save("linear", *generate_linear())
save("xor", *generate_xor())
print(f"wrote linear.csv and xor.csv in {FOLDER}")
