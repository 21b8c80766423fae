package cache

import java.time.Clock

class Cache<K, V>(private val clock: Clock, private val life: Long) {
    private val entries = mutableMapOf<K, Pair<Long, V>>()

    «fun get(key: K, default: V): V {
        val entry = entries[key] ?: return default
        // Old entries go when one asks for them.
        if (clock.millis() - entry.first > life) {
            entries.remove(key)
            return default
        }
        return entry.second
    }»

    fun put(key: K, value: V) {
        entries[key] = Pair(clock.millis(), value)
    }
}
