«import json
import os
import sys


def rows(text):
    return json.loads(text)


def name():
    return os.name
»
