using System.Runtime.InteropServices;

namespace Tspm.Libc;

/// <summary>
/// spawn.h. Every function returns the error number itself and leaves errno unchanged. The two opaque structures are
/// plain memory with the size they have in glibc; init may allocate, destroy frees.
/// </summary>
internal static unsafe partial class PosixSpawn
{
    public const short POSIX_SPAWN_RESETIDS =
        1, POSIX_SPAWN_SETPGROUP = 2, POSIX_SPAWN_SETSIGDEF = 4, POSIX_SPAWN_SETSIGMASK = 8, POSIX_SPAWN_SETSID = 0x80;

    /// <summary>
    /// man 3 posix_spawn. Returns once the exec in the child has succeeded (0) or failed (the error number of exec,
    /// chdir or open).
    /// </summary>
    [LibraryImport("libc")]
    public static partial int posix_spawn(int* pid, byte* path, SpawnFileActions* actions, SpawnAttributes* attributes,
        byte** argv, byte** envp);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_init(SpawnFileActions* actions);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_destroy(SpawnFileActions* actions);

    /// <summary>With two equal descriptors, clears close-on-exec (glibc 2.29).</summary>
    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_adddup2(SpawnFileActions* actions, int fd, int newFd);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int posix_spawn_file_actions_addopen(SpawnFileActions* actions, int fd, string path,
        int flags, uint mode);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_addclose(SpawnFileActions* actions, int fd);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int posix_spawn_file_actions_addchdir_np(SpawnFileActions* actions, string path);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_init(SpawnAttributes* attributes);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_destroy(SpawnAttributes* attributes);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setflags(SpawnAttributes* attributes, short flags);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setsigmask(SpawnAttributes* attributes, SignalSet* mask);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setsigdefault(SpawnAttributes* attributes, SignalSet* signals);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setpgroup(SpawnAttributes* attributes, int group);
}

/// <summary><c>posix_spawn_file_actions_t</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 80)]
internal struct SpawnFileActions
{
    readonly long first;
}

/// <summary><c>posix_spawnattr_t</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 336)]
internal struct SpawnAttributes
{
    readonly long first;
}
