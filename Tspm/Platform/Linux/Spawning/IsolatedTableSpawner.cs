using Tspm.Libc;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// Calls posix_spawn on a thread that has its own descriptor table, which contains only 0, 1 and 2. A clone copies the
/// whole table of its caller, and the exec closes it again: with the five descriptors that each running child takes
/// here, starting a thousand children would copy and close two and a half million descriptors while the supervisor
/// waits. Nothing else may run on that thread, because other threads would not see the descriptors it opens.
/// </summary>
internal sealed class IsolatedTableSpawner
{
    readonly SemaphoreSlim _asked = new(0), _done = new(0);

    /// <summary>
    /// Whether the thread has its own table; null before the thread exists, false if the kernel does not support that
    /// (before Linux 5.9) or forbids it.
    /// </summary>
    bool? _isIsolated;

    SpawnCall? _call;

    /// <summary>
    /// Makes one call at a time. The child inherits only 0, 1 and 2, so its file actions must not name other
    /// descriptors.
    /// </summary>
    public void Run(SpawnCall call)
    {
        if (_isIsolated is null) Begin();
        if (_isIsolated != true)
        {
            call.Run();
            return;
        }
        _call = call;
        _asked.Release();
        _done.Wait();
        _call = null;
    }

    void Begin()
    {
        try
        {
            new Thread(Serve, maxStackSize: 256 * 1024) { IsBackground = true, Name = "spawn" }.Start();
            _done.Wait();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // No thread can be created: this call is made on the caller's thread, and the next one tries again.
        }
    }

    void Serve()
    {
        const uint first = Unistd.STDERR_FILENO + 1;
        _isIsolated = SysSyscall.close_range(first, uint.MaxValue, SysSyscall.CLOSE_RANGE_UNSHARE) == 0;
        _done.Release();
        while (_isIsolated == true)
        {
            _asked.Wait();
            _call!.Run();
            _done.Release();
        }
    }
}
