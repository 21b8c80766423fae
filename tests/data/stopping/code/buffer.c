#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROWTH 2

struct buffer {
    char *data;
    size_t length;
    size_t capacity;
};

static int reserve(struct buffer *b, size_t wanted)
{
    size_t capacity = b->capacity ? b->capacity : 16;
    char *data;

    if (wanted <= b->capacity)
        return 0;
    while (capacity < wanted)
        capacity *= GROWTH;
    data = realloc(b->data, capacity);
    if (!data) {
        fprintf(stderr, "no memory for %zu bytes\n",
                capacity);
        return -1;
    }
    b->data = data;
    b->capacity = capacity;
    return 0;
}

int append(struct buffer *b, const char *text)
{
    size_t n = strlen(text);

    if (reserve(b, b->length + n + 1) < 0)
        return -1;
    memcpy(b->data + b->length, text, n + 1);
    b->length += n;
    return 0;
}

static int count(const struct buffer *b, char wanted)
{
    int found = 0;

    for (size_t i = 0; i < b->length; i++) {
        if (b->data[i] == wanted) {
            found++;
        } else if (b->data[i] == '\0') {
            break;
        }
    }
    return found;
}

int main(int argc, char **argv)
{
    struct buffer b = {0};
    int i;

    for (i = 1; i < argc; i++) {
        if (append(&b, argv[i]) < 0)
            return EXIT_FAILURE;
    }
    switch (count(&b, ' ')) {
    case 0:
        puts("one word");
        break;
    default:
        printf("%d blanks\n", count(&b, ' '));
        break;
    }
    do {
        i--;
    } while (i > 0);
    free(b.data);
    return EXIT_SUCCESS;
}
