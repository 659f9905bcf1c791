"""The mood of what customers say: learnt at night, told of turns and conversations, corrected by members."""
