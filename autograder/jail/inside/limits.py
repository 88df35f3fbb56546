"""How much may cross in one message. The sender keeps to it, and the receiver checks it again."""

#: Characters of an exception's or a warning's text.
TEXT_LIMIT = 1000
#: Characters of a name: of a type, a method, a file.
NAME_LIMIT = 100
#: Characters printed during one call.
PRINT_LIMIT = 1 << 16
#: Warnings of one call.
WARNING_LIMIT = 20
#: Frames of a traceback, and bases of an exception.
FRAMES_LIMIT = 20
#: Methods of one object.
METHODS_LIMIT = 200
#: The largest number of a line.
LINES_LIMIT = 1_000_000
#: Local variables of one frame, characters of each one's text, and of all in one traceback.
VARIABLES_LIMIT = 30
VARIABLE_LIMIT = 400
VARIABLES_TEXT_LIMIT = 40_000
