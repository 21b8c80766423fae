# frozen_string_literal: true

require "json"
require "set"

# What is in store, and what has to be ordered.
class Inventory
  class Missing < StandardError; end

  attr_reader :items

  def initialize(items = {})
    @items = items
    @watchers = Set.new
  end

  def add(name, amount: 1)
    raise ArgumentError, "amount must be positive" unless amount.positive?

    @items[name] = @items.fetch(name, 0) + amount
    @watchers.each { |watcher| watcher.call(name, @items[name]) }
    self
  end

  def take(name, amount: 1)
    left = @items.fetch(name) { raise Missing, "no #{name} in store" }
    if left < amount
      raise Missing, "only #{left} of #{name} left"
    elsif left == amount
      @items.delete(name)
    else
      @items[name] = left - amount
    end
    self
  end

  def to_order(least: 5)
    @items
      .select { |_, amount| amount < least }
      .map do |name, amount|
        { name: name, order: least - amount }
      end
  end

  def to_json(*args)
    JSON.generate({ "items" => @items }, *args)
  end
end
