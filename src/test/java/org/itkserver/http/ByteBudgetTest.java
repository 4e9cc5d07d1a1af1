package org.itkserver.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {
    private final ByteBudget budget = new ByteBudget(1000);
    private final List<String> evicted = new ArrayList<>();

    private ByteBudget.Account account(String sender) {
        return budget.open(sender, () -> evicted.add(sender));
    }

    @Test
    void noSenderGetsMoreThanHalf() {
        var first = account("a");
        assertTrue(first.add(400));
        assertFalse(account("a").add(101));
        assertTrue(account("a").add(100));
        assertEquals(500, budget.used());
    }

    @Test
    void theSenderThatHoldsTheMostLosesItsLargestTransfer() {
        var large = account("greedy");
        assertTrue(large.add(300));
        var small = account("greedy");
        assertTrue(small.add(150));
        assertTrue(account("other").add(400));
        assertTrue(account("modest").add(200));
        assertEquals(List.of("greedy"), evicted);
        assertFalse(large.add(1), "an evicted transfer ends");
        assertTrue(small.add(1));
        assertEquals(751, budget.used());
    }

    @Test
    void theLargestSenderIsRefusedItself() {
        assertTrue(account("a").add(500));
        assertTrue(account("b").add(450));
        assertFalse(account("b").add(51));
        assertEquals(List.of(), evicted);
    }

    @Test
    void whatIsBeingProcessedIsNotEvicted() {
        var processed = account("a");
        assertTrue(processed.add(500));
        processed.evictable(false);
        var other = account("b");
        assertTrue(other.add(500));
        other.evictable(false);
        assertFalse(account("c").add(1));
        processed.evictable(true);
        assertTrue(account("c").add(1));
        assertEquals(List.of("a"), evicted);
    }

    @Test
    void everythingIsGivenBackOnce() {
        var account = account("a");
        assertTrue(account.add(100));
        account.clear();
        assertEquals(0, budget.used());
        assertTrue(account.add(200));
        account.close();
        account.close();
        assertEquals(0, budget.used());
        assertFalse(account.add(1), "a closed account books nothing");
        assertEquals(0, budget.used());
    }

    /** Any order of bookings leaves the sum of what is open, within the total. */
    @Test
    void theSumIsRightWhateverHappens() {
        var random = new Random(5);
        for (int run = 0; run < 200; run++) {
            var shared = new ByteBudget(1000);
            var open = new ArrayList<ByteBudget.Account>();
            for (int step = 0; step < 200; step++) {
                if (open.isEmpty() || random.nextInt(3) > 0) {
                    var account = shared.open("s" + random.nextInt(6), () -> {});
                    account.add(random.nextInt(300));
                    account.evictable(random.nextBoolean());
                    open.add(account);
                } else {
                    open.remove(random.nextInt(open.size())).close();
                }
                assertTrue(shared.used() >= 0 && shared.used() <= 1000, "used " + shared.used());
            }
            open.forEach(ByteBudget.Account::close);
            assertEquals(0, shared.used());
        }
    }
}
