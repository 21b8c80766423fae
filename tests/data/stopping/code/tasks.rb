require "json"
require "time"

module Tasks
  class Task
    attr_reader :title, :due, :done

    def initialize(title, due: nil)
      @title = title
      @due = due
      @done = false
    end

    def finish!
      @done = true
      self
    end

    def late?(now = Time.now)
      return false if done || due.nil?

      due < now
    end

    def to_h
      {
        title: title,
        due: due&.iso8601,
        done: done
      }
    end
  end

  class List
    include Enumerable

    def initialize(tasks = [])
      @tasks = tasks
    end

    def each(&block)
      @tasks.each(&block)
    end

    def add(title, **options)
      task = Task.new(title, **options)
      @tasks << task
      task
    end

    def summary
      late, rest = partition { |task| task.late? }
      lines = late.map do |task|
        "! #{task.title}"
      end
      rest.each do |task|
        mark = task.done ? "x" : " "
        lines << "[#{mark}] #{task.title}"
      end
      lines.join("\n")
    end

    def self.load(path)
      rows = JSON.parse(File.read(path), symbolize_names: true)
      tasks = rows.map { |row| Task.new(row[:title], due: row[:due]) }
      new(tasks)
    rescue Errno::ENOENT
      new
    end

    def state
      if none?
        :empty
      elsif all?(&:done)
        :done
      else
        :open
      end
    end
  end
end
