using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// A library that is loaded into the daemon before libc (man 8 ld.so, LD_PRELOAD) and counts its calls of chosen
/// functions: in front of the N-th it kills the daemon, or the guardian and the daemon, or lets that one call fail. In
/// guardians, clients and children it does nothing.
/// </summary>
internal sealed class FaultInjector : IDisposable
{
    /// <summary>What happens at the call.</summary>
    public enum Fault
    {
        KillDaemon = 1,
        KillBoth = 2,
        InputOutputError = 3,
        NoSpace = 4,

        /// <summary>Only for posix_spawn: the child is started, and nobody is told of it.</summary>
        KillBothAfter = 5,
    }

    /// <summary>Which calls count.</summary>
    [Flags]
    public enum Calls
    {
        Names = 1, // rename, link, unlink, mkfifo
        Syncs = 2,
        Writes = 4,
        Opens = 8,
        Processes = 16, // posix_spawn, kill
        All = 31,
    }

    /// <summary>By it the daemon knows its role (Program.cs).</summary>
    const string DaemonWord = "__daemon";

    const string Variable = "TSPM_TEST_FAULT", Preload = "LD_PRELOAD";
    const int CountAt = 0, FaultAt = 4, NumberAt = 8, CallsAt = 12, HitAt = 16, Size = 64;

    readonly MemoryMappedFile _file;
    readonly MemoryMappedViewAccessor _shared;

    FaultInjector(TspmBox box, string library)
    {
        var control = box.Write("fault.shared", new string('\0', Size));
        _file = MemoryMappedFile.CreateFromFile(control, FileMode.Open, null, Size);
        _shared = _file.CreateViewAccessor();
        Variables = new Dictionary<string, string>(box.Variables) { [Variable] = control, [Preload] = library };
    }

    /// <summary>
    /// For the command that starts the guardian, and for no other: children get the environment of who defines them.
    /// </summary>
    public IReadOnlyDictionary<string, string> Variables { get; }

    public static async Task<FaultInjector> Build(TspmBox box) =>
        new(box,
        await CProgram.Build(box, "fault.so", Source.Replace("WORD", DaemonWord).Replace("VARIABLE", Variable),
        "-shared", "-fPIC"));

    /// <summary>From now on the calls are counted, and the one with this number (from 1 on) goes wrong.</summary>
    public void Arm(Fault fault, Calls calls, int number)
    {
        _shared.Write(CountAt, 0);
        _shared.Write(HitAt, 0);
        _shared.Write(CallsAt, (int)calls);
        _shared.Write(NumberAt, number);
        _shared.Write(FaultAt, (int)fault);
    }

    /// <summary>Ends the counting. How many calls there were, and whether one went wrong.</summary>
    public (int Count, bool IsHit) Disarm()
    {
        _shared.Write(FaultAt, 0);
        return (_shared.ReadInt32(CountAt), _shared.ReadInt32(HitAt) != 0);
    }

    /// <summary>The name of the function that was hit.</summary>
    public string Hit
    {
        get
        {
            var name = new byte[24];
            _shared.ReadArray(20, name, 0, name.Length);
            return System.Text.Encoding.ASCII.GetString(name).TrimEnd('\0');
        }
    }

    public void Dispose()
    {
        _shared.Dispose();
        _file.Dispose();
    }

    const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <signal.h>
        #include <spawn.h>
        #include <stdarg.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/mman.h>
        #include <sys/stat.h>
        #include <unistd.h>

        struct shared { volatile int count, fault, number, calls, hit; char name[24]; };
        static struct shared *shared;

        __attribute__((constructor)) static void begin(void)
        {
            char line[64] = {0};
            int file = open("/proc/self/cmdline", O_RDONLY);
            ssize_t size = file < 0 ? 0 : read(file, line, sizeof line - 1);
            if (file >= 0) close(file);
            if (size <= 5 || strcmp(line + 5, "WORD") != 0) return;
            const char *path = getenv("VARIABLE");
            file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
            if (file < 0) return;
            void *at = mmap(0, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
            close(file);
            if (at != MAP_FAILED) shared = at;
        }

        /* 1: this call fails, errno is set. 2: it is the last one. */
        static int fails(int kind, const char *name)
        {
            if (!shared || !shared->fault || !(shared->calls & kind)) return 0;
            if (__sync_add_and_fetch(&shared->count, 1) != shared->number) return 0;
            int fault = shared->fault;
            shared->fault = 0;
            shared->hit = 1;
            strncpy(shared->name, name, sizeof shared->name - 1);
            if (fault == 5) return 2;
            if (fault == 2) kill(getppid(), SIGKILL);
            if (fault <= 2) { kill(getpid(), SIGKILL); for (;;) pause(); }
            errno = fault == 3 ? EIO : ENOSPC;
            return 1;
        }

        #define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
        #define CALL1(kind, ret, name, t1) ret name(t1 a) { REAL(name); return fails(kind, #name) ? -1 : real(a); }
        #define CALL2(kind, ret, name, t1, t2) ret name(t1 a, t2 b) { REAL(name); return fails(kind, #name) ? -1 : real(a, b); }
        #define CALL3(kind, ret, name, t1, t2, t3) ret name(t1 a, t2 b, t3 c) { REAL(name); return fails(kind, #name) ? -1 : real(a, b, c); }
        #define CALL4(kind, ret, name, t1, t2, t3, t4) ret name(t1 a, t2 b, t3 c, t4 d) { REAL(name); return fails(kind, #name) ? -1 : real(a, b, c, d); }

        CALL2(1, int, rename, const char *, const char *)
        CALL4(1, int, renameat, int, const char *, int, const char *)
        CALL2(1, int, link, const char *, const char *)
        CALL1(1, int, unlink, const char *)
        CALL3(1, int, unlinkat, int, const char *, int)
        CALL2(1, int, mkfifo, const char *, mode_t)
        CALL1(2, int, fsync, int)
        CALL1(2, int, fdatasync, int)
        CALL4(4, ssize_t, pwrite, int, const void *, size_t, off_t)
        CALL4(4, ssize_t, pwrite64, int, const void *, size_t, off_t)

        /* Not the wake-up of another thread (an eventfd takes 8 bytes): the kernel does not fail that. */
        ssize_t write(int f, const void *b, size_t n)
        {
            REAL(write);
            return n != 8 && fails(4, "write") ? -1 : real(f, b, n);
        }

        #define OPEN(name) int name(const char *p, int flags, ...) \
        { \
            REAL(name); \
            va_list l; va_start(l, flags); mode_t mode = va_arg(l, mode_t); va_end(l); \
            return fails(8, #name) ? -1 : real(p, flags, mode); \
        }
        OPEN(open)
        OPEN(open64)

        int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
        {
            REAL(posix_spawn);
            int fault = fails(16, "posix_spawn");
            if (fault == 1) return errno;
            int result = real(pid, path, actions, attributes, argv, envp);
            if (fault == 2) { kill(getppid(), SIGKILL); kill(getpid(), SIGKILL); for (;;) pause(); }
            return result;
        }

        int kill(pid_t pid, int signal)
        {
            REAL(kill);
            return pid != getpid() && pid != getppid() && fails(16, "kill") ? -1 : real(pid, signal);
        }
        """;
}
