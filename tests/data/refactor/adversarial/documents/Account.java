package bank;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

public class Account {
    private final List<BigDecimal> moves = new ArrayList<>();
    private BigDecimal limit = BigDecimal.ZERO;

    «public synchronized boolean withdraw(BigDecimal amount, boolean force) {
        if (amount.signum() <= 0) {
            throw new IllegalArgumentException("amount must be positive");
        }
        // The limit is negative: so far one may overdraw.
        if (!force && balance().subtract(amount).compareTo(limit) < 0) {
            return false;
        }
        moves.add(amount.negate());
        return true;
    }»

    public BigDecimal balance() {
        return moves.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
