«#include <stdio.h>
#include <string.h>

size_t length(const char *text)
{
    return strlen(text);
}
»
