require "json"

# Counts what it is shown.
class Report
  attr_reader :lines

  «def count(words, min: 1)
    counts = Hash.new(0)
    # Case does not matter.
    words.each { |word| counts[word.downcase] += 1 }
    counts.select { |_, number| number >= min }
  end»

  def to_json(*args)
    JSON.generate(lines, *args)
  end
end
