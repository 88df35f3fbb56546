# Written by `make course`; what you want otherwise goes into own_config.py beside this file.
import os
import sys

sys.path.insert(0, '/work/wt/seventeen')
from autograder.course.config import configure

configure(get_config(), os.path.dirname(os.path.abspath(__file__)))
if os.path.exists(os.path.join(os.path.dirname(os.path.abspath(__file__)), "own_config.py")):
    load_subconfig("own_config.py")
