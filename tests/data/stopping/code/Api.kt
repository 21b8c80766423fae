package api

import java.time.Instant

data class Reading(val sensor: String, val value: Double, val at: Instant)

class Store(private val limit: Int = 1000) {
    private val readings = ArrayDeque<Reading>()

    fun add(reading: Reading): Boolean {
        if (reading.value.isNaN()) {
            return false
        }
        readings.addLast(reading)
        while (readings.size > limit) {
            readings.removeFirst()
        }
        return true
    }

    fun latest(sensor: String): Reading? {
        return readings
            .filter { it.sensor == sensor }
            .maxByOrNull { it.at }
    }

    fun summary(): Map<String, Double> {
        val sums = mutableMapOf<String, Double>()
        for (reading in readings) {
            val old = sums[reading.sensor] ?: 0.0
            sums[reading.sensor] = old + reading.value
        }
        return sums
    }
}

fun label(reading: Reading): String {
    val text = when {
        reading.value < 0 -> "cold"
        reading.value < 30 -> "fine"
        else -> "hot"
    }
    try {
        println("${reading.sensor}: $text")
    } catch (error: IllegalStateException) {
        println(error.message)
    }
    return text
}
