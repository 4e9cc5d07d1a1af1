package org.itkserver.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.Channel;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class ConnectionLimitTest {
    private static final class Connection implements Channel {
        private boolean open = true;

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }

    private final ConnectionLimit limit = new ConnectionLimit(3);

    private boolean admit(String address) throws UnknownHostException {
        return limit.admit(InetAddress.getByName(address), new Connection());
    }

    @Test
    void oneAddressHasAtMostItsShare() throws UnknownHostException {
        for (int i = 0; i < 3; i++) {
            assertTrue(admit("192.0.2.1"));
        }
        assertFalse(admit("192.0.2.1"));
        assertTrue(admit("192.0.2.2"));
        assertEquals(1, limit.refused());
    }

    @Test
    void aNetworkOfIpv6CountsAsOneAddress() throws UnknownHostException {
        for (int i = 1; i <= 3; i++) {
            assertTrue(admit("2001:db8::" + i));
        }
        assertFalse(admit("2001:db8::4"));
        assertTrue(admit("2001:db8:0:1::1"));
    }

    @Test
    void aClosedConnectionDoesNotCount() throws UnknownHostException {
        var address = InetAddress.getByName("192.0.2.1");
        var connections = new ArrayList<Connection>();
        for (int i = 0; i < 3; i++) {
            connections.add(new Connection());
            assertTrue(limit.admit(address, connections.get(i)));
        }
        connections.get(1).close();
        assertTrue(admit("192.0.2.1"));
        assertFalse(admit("192.0.2.1"));
    }

    @Test
    void closedConnectionsOfManyAddressesAreForgotten() throws UnknownHostException {
        for (int i = 0; i < 20_000; i++) {
            var connection = new Connection();
            assertTrue(limit.admit(
                    InetAddress.getByAddress(new byte[] {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i}),
                    connection));
            connection.close();
        }
        assertTrue(limit.remembered() <= 256, "" + limit.remembered());
    }
}
