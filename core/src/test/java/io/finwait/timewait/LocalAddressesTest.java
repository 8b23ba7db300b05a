package io.finwait.timewait;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.wire.IpAddress;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Local addresses against a map that counts their uses: acquired and released in any order. */
class LocalAddressesTest {

    private final LocalAddresses addresses = new LocalAddresses();
    private final Map<IpAddress, Integer> uses = new HashMap<>();
    private final Map<IpAddress, Integer> ids = new HashMap<>();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 40, 1_000})
    void eachIsFoundForAsLongAsItIsUsed(int many) {
        Random random = new Random(many);
        List<IpAddress> all = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            all.add(
                    i % 2 == 0
                            ? IpAddress.v4(0x0A000000 + i)
                            : new IpAddress(0xFD00L << 48 | random.nextInt(2), i));
        }
        for (int step = 0; step < 40_000; step++) {
            IpAddress address = all.get(random.nextInt(many));
            // Now and then nearly all of them go, now and then they come back.
            boolean growing = step / 4_000 % 2 == 0;
            if (random.nextInt(10) < (growing ? 7 : 3)) {
                acquire(address);
            } else if (uses.containsKey(address)) {
                release(address);
            }
            IpAddress asked = all.get(random.nextInt(many));
            check(asked);
        }
        all.forEach(this::check);
        while (!uses.isEmpty()) {
            release(uses.keySet().iterator().next());
            check(all.get(random.nextInt(many)));
        }
        long octets = addresses.octets();
        all.forEach(this::acquire);
        all.forEach(this::check);
        assertThat(addresses.octets()).as("places are used again").isEqualTo(octets);
    }

    private void acquire(IpAddress address) {
        int id = addresses.acquire(address.high(), address.low());
        Integer before = ids.putIfAbsent(address, id);
        if (before != null) {
            assertThat(id).isEqualTo(before);
        }
        uses.merge(address, 1, Integer::sum);
    }

    private void release(IpAddress address) {
        addresses.release(ids.get(address));
        if (uses.merge(address, -1, Integer::sum) == 0) {
            uses.remove(address);
            ids.remove(address);
        }
    }

    private void check(IpAddress address) {
        int id = addresses.find(address.high(), address.low());
        assertThat(id).as("%s", address).isEqualTo(ids.getOrDefault(address, -1));
        if (id >= 0) {
            assertThat(addresses.high(id)).isEqualTo(address.high());
            assertThat(addresses.low(id)).isEqualTo(address.low());
        }
    }
}
