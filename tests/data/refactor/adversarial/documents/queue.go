package queue

import (
	"errors"
	"fmt"
	"strings"
)

// ErrEmpty says that nothing waits.
var ErrEmpty = errors.New("empty")

// Queue is first in, first out.
type Queue struct {
	names []string
	limit int
}

// Join returns all names.
«func (q *Queue) Join(separator string, upper bool) (string, error) {
	if len(q.names) == 0 {
		return "", ErrEmpty
	}
	result := ""
	for i, name := range q.names {
		if i > 0 {
			result += separator // between two
		}
		result += name
	}
	if upper {
		result = strings.ToUpper(result)
	}
	return result, nil
}»

func (q *Queue) String() string {
	return fmt.Sprint(q.names)
}
