# What bench/run and bench/faults/run share: packages, the jar, servers, a database, and their end. Source it from the
# project's folder with NAME set; it makes the folder $work, which goes when the script ends.

# a server's settings come from these scripts alone
for variable in ${!ITK_@}; do
    [ "$variable" = ITK_JAR ] || unset "$variable"
done

die() {
    echo "$NAME: $*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid postgres --regid postgres --init-groups "$@"
    else
        sudo -n -u postgres "$@"
    fi
}

need() { # need PACKAGE COMMAND: installs the Debian package when the command is not there
    if ! bash -c "$2" >/dev/null 2>&1; then
        echo "$NAME: installing $1"
        as_root apt-get install -y -q "$1" >/dev/null 2>&1 || {
            as_root apt-get update -q >/dev/null 2>&1 || true
            as_root apt-get install -y -q "$1" >/dev/null 2>&1 || true
        }
        bash -c "$2" >/dev/null 2>&1 || die "$1 is missing and could not be installed: run apt-get install $1 as root."
    fi
}

find_jar() { # sets $jar to a copy of the jar, which is built when it is not there; ITK_JAR names another one
    jar=${ITK_JAR:-target/itk-transport-server-bootable.jar}
    if [ ! -f "$jar" ]; then
        [ -z "${ITK_JAR:-}" ] || die "ITK_JAR=$jar does not exist."
        echo "$NAME: building $jar"
        mvn -B -ntp -q package -DskipTests || die "the jar could not be built."
    fi
    cp "$jar" "$work/server.jar"
    jar=$work/server.jar
}

# -- processes: every one is remembered by its id and ended by it

pids=()
child=
pg_data=

# ends the process and says nothing of it
end() {
    kill "$1" 2>/dev/null || return 0
    for _ in $(seq 100); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.1
    done
    kill -9 "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

# runs a command as a child that ends with this script, even while it is being waited for
attend() {
    "$@" &
    child=$!
    local code=0
    wait "$child" || code=$?
    child=
    return "$code"
}

cleanup() {
    local code=$?
    trap '' INT TERM
    trap - EXIT
    for pid in $child "${pids[@]}"; do end "$pid"; done
    stop_postgres
    if [ "$code" = 1 ] && [ -n "${KEEP_ON_FAILURE:-}" ]; then
        echo "$NAME: logs and data are in $work" >&2
    else
        rm -rf "$work" 2>/dev/null || as_root rm -rf "$work"
    fi
    exit "$code"
}

# not /tmp: it is memory on some machines, and a database in memory says nothing about durable commits
work=$(mktemp -d -p "${BENCH_TMP:-/var/tmp}" itk-bench.XXXXXX)
chmod 755 "$work"
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

port=${BENCH_PORT:-18200}
next_port() { # sets $port to the next free one
    port=$((port + 1))
    while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
}

get() { # get URL: prints the body, fails without a 200
    local rest=${1#http://127.0.0.1:}
    local at=${rest%%/*}
    exec 3<>"/dev/tcp/127.0.0.1/$at" || return 1
    printf 'GET /%s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "${rest#*/}" >&3
    local answer
    answer=$(timeout 10 cat <&3) || true
    exec 3>&-
    [[ $answer == HTTP/1.?" 200 "* ]] && printf '%s\n' "$answer"
}

start_server() { # start_server LABEL JAR JVM-FLAGS [VARIABLE=VALUE...]: sets $pid and $port, returns when it is ready
    local label=$1 server=$2 flags=$3
    shift 3
    next_port
    mkdir -p "$work/$label/tmp"
    # shellcheck disable=SC2086
    env "$@" ITK_HOME="$work/$label/home" ITK_HTTP_PORT="$port" \
        java $flags -Djava.io.tmpdir="$work/$label/tmp" -jar "$server" >"$work/$label.log" 2>&1 &
    pid=$!
    pids+=("$pid")
    for _ in $(seq 300); do
        kill -0 "$pid" 2>/dev/null || break
        if get "http://127.0.0.1:$port/health/ready" >/dev/null 2>&1; then return 0; fi
        sleep 0.2
    done
    tail -n 20 "$work/$label.log" >&2
    die "the server for $label did not become ready."
}

start_postgres() { # a fresh PostgreSQL with checksums and durable commits; sets $pg_url, $pg_pid and $pg_version
    need postgresql 'ls /usr/lib/postgresql/*/bin/initdb'
    as_root true 2>/dev/null || die "PostgreSQL runs as user postgres here: start this as root, or install sudo."
    pg_bin=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)")
    next_port
    local data=$work/pgdata
    mkdir "$data"
    as_root chown postgres "$data"
    as_postgres "$pg_bin/initdb" -k -A trust -U itk -E UTF8 --locale=C -D "$data" >"$work/initdb.log" 2>&1 ||
        die "initdb failed: $(tail -n 1 "$work/initdb.log")"
    pg_data=$data
    as_postgres "$pg_bin/postgres" -D "$data" -p "$port" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories="$data" -c fsync=on -c synchronous_commit=on >"$work/postgresql.log" 2>&1 &
    pg_shell=$!
    for _ in $(seq 100); do
        if "$pg_bin/pg_isready" -q -h 127.0.0.1 -p "$port"; then break; fi
        kill -0 "$pg_shell" 2>/dev/null || die "PostgreSQL did not start: $(tail -n 1 "$work/postgresql.log")"
        sleep 0.1
    done
    pg_pid=$(as_root head -n 1 "$data/postmaster.pid")
    pg_url=jdbc:postgresql://127.0.0.1:$port/postgres
    pg_port=$port
    pg_version=$("$pg_bin/postgres" --version | awk '{print $3}')
}

pg() { # pg SQL [DATABASE]: prints the one value
    as_postgres psql -h "$pg_data" -p "$pg_port" -U itk -d "${2:-postgres}" -Atqc "$1"
}

stop_postgres() {
    [ -n "$pg_data" ] || return 0
    as_postgres "$pg_bin/pg_ctl" -D "$pg_data" -m fast -s -w stop || true
    wait "$pg_shell" 2>/dev/null || true
    pg_data=
}
