#include <stdlib.h>
#include <string.h>

#define STEP 8

struct list {
    char **names;
    size_t used, size;
};

/* Adds a copy of a name; returns 0, or -1 without memory. */
«int list_add(struct list *list, const char *name)
{
    if (list->used == list->size) {
        size_t size = list->size + STEP;
        char **names = realloc(list->names, size * sizeof *names);
        if (names == NULL)
            return -1; /* the old block is still good */
        list->names = names;
        list->size = size;
    }
    list->names[list->used++] = strdup(name);
    return 0;
}»

void list_free(struct list *list)
{
    while (list->used > 0)
        free(list->names[--list->used]);
    free(list->names);
}
