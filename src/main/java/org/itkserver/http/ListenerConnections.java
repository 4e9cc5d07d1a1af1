package org.itkserver.http;

import java.net.InetSocketAddress;
import java.util.List;
import org.jboss.msc.service.ServiceActivator;
import org.jboss.msc.service.ServiceActivatorContext;
import org.jboss.msc.service.ServiceName;
import org.jboss.msc.service.ServiceRegistry;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.channels.AcceptingChannel;

/**
 * Puts a {@link ConnectionLimit} before the server's listeners and gives their TLS handshakes to {@link TlsHandshakes}. WildFly
 * has a limit for each listener, but none for each client address, and no way to add one; this class replaces the function that
 * accepts connections in the listeners' channels, which WildFly keeps in private fields.
 */
public final class ListenerConnections implements ServiceActivator {
    private static final ServiceName LISTENER = ServiceName.of("org", "wildfly", "undertow", "listener");
    private static final List<String> NAMES = List.of("default", "https", "console");

    private static volatile @Nullable ServiceRegistry services;

    @Override
    public void activate(ServiceActivatorContext context) {
        services = context.getServiceRegistry();
    }

    /**
     * Limits the connections and handshakes of the listeners that run now.
     *
     * @return how many listeners there are
     * @throws IllegalStateException when a listener is not built as this class expects
     */
    static int limit(ConnectionLimit limit, TlsHandshakes handshakes) {
        var registry = services;
        int limited = 0;
        for (var name : NAMES) {
            var controller = registry == null ? null : registry.getService(LISTENER.append(name));
            var service = controller == null ? null : controller.getValue();
            if (service != null && limit(service, limit, handshakes)) {
                limited++;
            }
        }
        return limited;
    }

    /** @return false for a listener that is switched off */
    private static boolean limit(Object service, ConnectionLimit limit, TlsHandshakes handshakes) {
        try {
            var channel = (AcceptingChannel<?>) value(service, "server");
            if (channel == null && service.getClass().getSimpleName().equals("HttpsListenerService")) {
                channel = (AcceptingChannel<?>) value(service, "sslServer");
            }
            var next = (ChannelListener<?>) value(service, "openListener");
            if (channel == null || next == null) {
                return false;
            }
            install(channel, next, limit, handshakes);
            return true;
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new IllegalStateException(service.getClass() + " is not built as expected", e);
        }
    }

    @SuppressWarnings("unchecked") // Undertow's listener for new connections
    private static void install(
            AcceptingChannel<?> channel, ChannelListener<?> next, ConnectionLimit limit, TlsHandshakes handshakes) {
        var connected = (ChannelListener<StreamConnection>) next;
        ChannelListener<StreamConnection> limited = connection -> {
            var peer = connection.getPeerAddress(InetSocketAddress.class);
            if (peer == null || !limit.admit(peer.getAddress(), connection)) {
                IoUtils.safeClose(connection);
            } else {
                handshakes.take(connection, HttpEdge.sender(peer.getAddress()));
                connected.handleEvent(connection);
            }
        };
        ((AcceptingChannel<StreamConnection>) channel)
                .getAcceptSetter()
                .set(ChannelListeners.openListenerAdapter(limited));
    }

    private static @Nullable Object value(Object of, String name) throws ReflectiveOperationException {
        for (Class<?> type = of.getClass(); type != null; type = type.getSuperclass()) {
            for (var field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field.get(of);
                }
            }
        }
        throw new NoSuchFieldException(name);
    }
}
