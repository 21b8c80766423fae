package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

var ErrFull = errors.New("queue is full")

type Job struct {
	ID      int
	Payload []byte
	Tries   int
}

type Queue struct {
	mu    sync.Mutex
	jobs  []Job
	limit int
	done  chan struct{}
}

func New(limit int) *Queue {
	return &Queue{
		limit: limit,
		done:  make(chan struct{}),
	}
}

func (q *Queue) Push(job Job) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.jobs) >= q.limit {
		return fmt.Errorf("job %d: %w", job.ID, ErrFull)
	}
	q.jobs = append(q.jobs, job)
	return nil
}

func (q *Queue) Pop() (Job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.jobs) == 0 {
		return Job{}, false
	}
	job := q.jobs[0]
	q.jobs = q.jobs[1:]
	return job, true
}

func (q *Queue) Run(ctx context.Context, handle func(Job) error) error {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-q.done:
			return nil
		case <-ticker.C:
			job, ok := q.Pop()
			if !ok {
				continue
			}
			if err := handle(job); err != nil {
				job.Tries++
				if job.Tries < 3 {
					_ = q.Push(job)
				}
			}
		}
	}
}

func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	total := 0
	for _, job := range q.jobs {
		if job.Tries == 0 {
			total++
		}
	}
	return total
}
