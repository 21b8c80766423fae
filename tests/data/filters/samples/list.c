#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
	char *word;
	int count;
	struct node *next;
};

/*
 * Counts a word.  Returns the list, which may begin with another node.
 */
static struct node *count(struct node *list, const char *word)
{
	struct node *n;

	for (n = list; n != NULL; n = n->next) {
		if (strcmp(n->word, word) == 0) {
			n->count++;
			return list;
		}
	}
	n = malloc(sizeof(*n));
	if (n == NULL) {
		perror("malloc");
		exit(EXIT_FAILURE);
	}
	n->word = strdup(word);
	n->count = 1;
	n->next = list;
	return n;
}

int main(void)
{
	struct node *list = NULL;
	char word[128];

	while (scanf("%127s", word) == 1)
		list = count(list, word);
	for (struct node *n = list; n != NULL; n = n->next)
		printf("%6d %s\n", n->count, n->word);
	return 0;
}
