package org.itkserver.it;

import com.sun.jdi.AbsentInformationException;
import com.sun.jdi.Bootstrap;
import com.sun.jdi.ClassType;
import com.sun.jdi.Location;
import com.sun.jdi.ObjectCollectedException;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.StringReference;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.request.EventRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Throws into a running server from outside, with the debugger's interface: the product has no hook for it. */
final class Injector implements AutoCloseable {
    /** Not a class: the thread is interrupted. */
    static final String INTERRUPT = "interrupt";

    private static final int ATTEMPTS = 20;

    private final VirtualMachine vm;
    private final Map<Location, Function<ObjectReference, String>> places = new HashMap<>();
    private final Map<String, List<String>> once = new HashMap<>();
    private final Map<String, String> always = new HashMap<>();
    private final Set<String> seen = new TreeSet<>();
    private final List<String> failures = new ArrayList<>();

    /** @param port of the server's {@code -agentlib:jdwp} */
    Injector(int port) throws IOException, IllegalConnectorArgumentsException {
        var connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(candidate -> candidate.name().equals("com.sun.jdi.SocketAttach"))
                .findFirst()
                .orElseThrow();
        var arguments = connector.defaultArguments();
        arguments.get("hostname").setValue("127.0.0.1");
        arguments.get("port").setValue(Integer.toString(port));
        vm = connector.attach(arguments);
        var events = new Thread(this::events, "injector");
        events.setDaemon(true);
        events.start();
    }

    /** Throws at the line that has this text; the object there is named by one of its fields. */
    void atLine(String type, Path source, String text, String nameField)
            throws IOException, AbsentInformationException {
        var lines = Files.readAllLines(source);
        int line = 1;
        while (!lines.get(line - 1).contains(text)) {
            line++;
        }
        var loaded = loaded(type);
        stopAt(
                loaded.locationsOfLine(line).get(0),
                object -> ((StringReference) object.getValue(loaded.fieldByName(nameField))).value());
    }

    /** Throws at the beginning of a method. */
    void atEntry(String type, String method, String name) {
        stopAt(loaded(type).methodsByName(method).get(0).location(), object -> name);
    }

    private ReferenceType loaded(String type) {
        return vm.classesByName(type).get(0);
    }

    private void stopAt(Location location, Function<ObjectReference, String> name) {
        places.put(location, name);
        var request = vm.eventRequestManager().createBreakpointRequest(location);
        request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
        request.enable();
    }

    /** What the place with this name throws next, each one time. */
    synchronized void once(String name, List<String> causes) {
        once.put(name, new ArrayList<>(causes));
    }

    /** What the place with this name throws each time; null for nothing any more. */
    synchronized void always(String name, @Nullable String cause) {
        if (cause == null) {
            always.remove(name);
        } else {
            always.put(name, cause);
        }
    }

    /** The places that have not thrown everything. */
    synchronized Set<String> unfinished() {
        var names = new TreeSet<String>();
        once.forEach((name, causes) -> {
            if (!causes.isEmpty()) {
                names.add(name);
            }
        });
        return names;
    }

    /** The places that were passed so far. */
    synchronized Set<String> seen() {
        return new TreeSet<>(seen);
    }

    synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    private synchronized @Nullable String next(String name) {
        seen.add(name);
        var causes = once.get(name);
        return causes == null || causes.isEmpty() ? always.get(name) : causes.remove(0);
    }

    private void events() {
        try {
            while (true) {
                var set = vm.eventQueue().remove();
                for (var event : set) {
                    if (event instanceof BreakpointEvent hit) {
                        hit(hit);
                    }
                }
                set.resume();
            }
        } catch (VMDisconnectedException | InterruptedException e) {
            // the server has ended
        }
    }

    private void hit(BreakpointEvent hit) {
        try {
            var name = places.get(hit.location()).apply(hit.thread().frame(0).thisObject());
            var cause = next(name);
            if (INTERRUPT.equals(cause)) {
                hit.thread().interrupt();
            } else if (cause != null) {
                stop(hit.thread(), cause);
            }
        } catch (VMDisconnectedException e) {
            throw e;
        } catch (Exception e) {
            synchronized (this) {
                failures.add(e.toString());
            }
        }
    }

    /** The server may collect what was made for it before its thread holds it: then it is made again. */
    private void stop(ThreadReference thread, String cause) throws Exception {
        for (int attempt = 1; ; attempt++) {
            try {
                thread.stop(made(cause, thread));
                return;
            } catch (ObjectCollectedException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private ObjectReference made(String type, ThreadReference thread) throws Exception {
        var throwable = (ClassType) loaded(type);
        var constructor = throwable.concreteMethodByName("<init>", "(Ljava/lang/String;)V");
        return throwable.newInstance(
                thread, constructor, List.of(vm.mirrorOf("injected")), ClassType.INVOKE_SINGLE_THREADED);
    }

    /** The loaded classes of the product that implement an interface. */
    Set<String> implementations(String type) {
        var found = new TreeSet<String>();
        for (var loaded : vm.allClasses()) {
            if (loaded instanceof ClassType one
                    && loaded.isPrepared()
                    && loaded.name().startsWith("org.itkserver.")
                    && one.allInterfaces().stream()
                            .anyMatch(known -> known.name().equals(type))) {
                found.add(loaded.name());
            }
        }
        return found;
    }

    /**
     * The classes of the product in which threads began that wait or work outside the named loop now.
     *
     * @param loop class and method that every loop passes
     */
    Set<String> threadsOutside(String loop) {
        var found = new TreeSet<String>();
        vm.suspend();
        try {
            for (var thread : vm.allThreads()) {
                String bottom = null;
                boolean inLoop = false;
                for (var frame : thread.frames()) {
                    var at = frame.location().declaringType().name() + "."
                            + frame.location().method().name();
                    inLoop |= at.equals(loop);
                    if (at.startsWith("org.itkserver.")) {
                        bottom = frame.location().declaringType().name().replaceFirst("[$]{2}Lambda.*", "");
                    }
                }
                if (bottom != null && !inLoop) {
                    found.add(bottom);
                }
            }
        } catch (com.sun.jdi.IncompatibleThreadStateException e) {
            // a thread ends at this moment: the caller looks again
            found.add("a thread that ends");
        } finally {
            vm.resume();
        }
        return found;
    }

    @Override
    public void close() {
        try {
            vm.dispose();
        } catch (VMDisconnectedException e) {
            // the server has ended
        }
    }
}
