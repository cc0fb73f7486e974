using System.Runtime.InteropServices;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// The only caller of posix_spawn (a guard checks this): prepares the memory that the call needs, and frees it.
/// Preparing and calling are separate, so that the call can be made on a suitable thread and while limits are changed
/// for only a moment.
/// </summary>
internal sealed unsafe class PosixSpawner : IDisposable
{
    /// <summary>The two structures of glibc; they must not move while in use.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct Structures
    {
        public SpawnFileActions Actions;
        public SpawnAttributes Attributes;
    }

    readonly StringBlock _path, _argv;
    readonly StringBlock? _environment;
    readonly int _problem;
    Structures* _structures;

    public PosixSpawner(PosixSpawnRequest request)
    {
        _path = new StringBlock([request.Path]);
        _argv = new StringBlock(request.Arguments);
        _environment = request.Environment is { } variables ? StringBlock.OfEnvironment(variables) : null;
        _structures = (Structures*)NativeMemory.AllocZeroed((nuint)sizeof(Structures));
        _problem = Prepare(request);
    }

    /// <summary>Starts a program on the calling thread; the caller has to reap the child.</summary>
    public static SpawnResult Start(PosixSpawnRequest request)
    {
        using var spawner = new PosixSpawner(request);
        return spawner.Start();
    }

    /// <summary>
    /// Makes the call (man 3 posix_spawn), which returns when the exec has succeeded or failed, or a descriptor or the
    /// directory was refused. May be called only once.
    /// </summary>
    public SpawnResult Start()
    {
        if (_problem != 0) return new SpawnResult(0, _problem);
        var environment = _environment is { } own ? own.Pointers : CurrentEnvironment.Pointer;
        var pid = 0;
        var errno = PosixSpawn.posix_spawn(&pid, _path.Pointers[0], &_structures->Actions, &_structures->Attributes,
            _argv.Pointers, environment);
        return errno == 0 ? new SpawnResult(pid, 0) : new SpawnResult(0, errno);
    }

    public void Dispose()
    {
        if (_structures == null) return;
        _ = PosixSpawn.posix_spawnattr_destroy(&_structures->Attributes); // Does nothing in glibc.
        _ = PosixSpawn.posix_spawn_file_actions_destroy(&_structures->Actions); // Cannot fail.
        NativeMemory.Free(_structures);
        _structures = null;
        _path.Dispose();
        _argv.Dispose();
        _environment?.Dispose();
    }

    /// <returns>0, or an error number: out of memory, or an invalid descriptor.</returns>
    int Prepare(PosixSpawnRequest request)
    {
        var actions = &_structures->Actions;
        var errno = PosixSpawn.posix_spawn_file_actions_init(actions);
        if (errno == 0) errno = PosixSpawn.posix_spawnattr_init(&_structures->Attributes);
        for (var i = 0; i < request.Descriptors.Count && errno == 0; i++) errno = Add(actions, request.Descriptors[i]);
        if (errno == 0 && request.WorkingDirectory is { } directory)
            errno = PosixSpawn.posix_spawn_file_actions_addchdir_np(actions, directory);
        return errno == 0 ? SetAttributes(&_structures->Attributes, request) : errno;
    }

    static int Add(SpawnFileActions* actions, in ChildDescriptor wanted) => wanted.Path is { } path
        ? PosixSpawn.posix_spawn_file_actions_addopen(actions, wanted.Number, path, wanted.Flags, 0)
        : PosixSpawn.posix_spawn_file_actions_adddup2(actions, wanted.Source, wanted.Number);

    static int SetAttributes(SpawnAttributes* attributes, PosixSpawnRequest request)
    {
        var flags = request.Leads switch
        {
            ChildLeads.Session => PosixSpawn.POSIX_SPAWN_SETSID,
            // The group is 0 after init, which stands for the child's own group.
            ChildLeads.Group => PosixSpawn.POSIX_SPAWN_SETPGROUP,
            _ => 0,
        };
        var errno = 0;
        if (request.ResetsSignals)
        {
            flags |= PosixSpawn.POSIX_SPAWN_SETSIGDEF | PosixSpawn.POSIX_SPAWN_SETSIGMASK;
            var none = SignalSet.Empty;
            // All 64 signals, including the two that glibc uses internally and would otherwise leave ignored.
            var all = SignalSet.All;
            errno = PosixSpawn.posix_spawnattr_setsigmask(attributes, &none);
            if (errno == 0) errno = PosixSpawn.posix_spawnattr_setsigdefault(attributes, &all);
        }
        return errno == 0 ? PosixSpawn.posix_spawnattr_setflags(attributes, (short)flags) : errno;
    }
}
