// Package queue holds jobs until a worker takes them.
package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrClosed is returned once the queue takes no more jobs.
var ErrClosed = errors.New("queue is closed")

// Job is something to do.
type Job struct {
	Name  string
	Tries int
	Run   func(ctx context.Context) error
}

// Queue is safe for many goroutines.
type Queue struct {
	mu     sync.Mutex
	jobs   []Job
	closed bool
	limit  int
}

// New returns an empty queue for at most limit jobs.
func New(limit int) *Queue {
	return &Queue{
		jobs:  make([]Job, 0, limit),
		limit: limit,
	}
}

// Put adds a job, or says why it cannot.
func (q *Queue) Put(job Job) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	if len(q.jobs) >= q.limit {
		return fmt.Errorf("queue is full: %d jobs", len(q.jobs))
	}
	q.jobs = append(q.jobs, job)
	return nil
}

// Work runs jobs until the context ends.
func (q *Queue) Work(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
		job, ok := q.take()
		if !ok {
			return nil
		}
		if err := job.Run(ctx); err != nil && job.Tries > 0 {
			job.Tries--
			if err := q.Put(job); err != nil {
				return err
			}
		}
	}
}

func (q *Queue) take() (Job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.jobs) == 0 {
		return Job{}, false
	}
	job := q.jobs[0]
	q.jobs = q.jobs[1:]
	return job, true
}
