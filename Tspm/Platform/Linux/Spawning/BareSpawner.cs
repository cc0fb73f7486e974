using Tspm.Libc;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// posix_spawn on a thread that has a table of descriptors to itself, with 0, 1 and 2 in it. A clone copies the whole
/// table of whoever calls it, and the exec closes all of it again: with the five descriptors that each running child
/// takes here, starting a thousand would copy and close two and a half million, while the supervisor waits. Nothing
/// else may run on that thread: what it opened nobody else would see.
/// </summary>
internal sealed class BareSpawner
{
    readonly SemaphoreSlim _asked = new(0), _done = new(0);

    /// <summary>
    /// Null: there is no thread yet. False: this kernel cannot do it (before Linux 5.9), or forbids it.
    /// </summary>
    bool? _isBare;

    SpawnCall? _call;

    /// <summary>
    /// Makes the call; one at a time. The child inherits 0, 1 and 2 and nothing else, so its actions may not name
    /// others.
    /// </summary>
    public void Run(SpawnCall call)
    {
        if (_isBare is null) Begin();
        if (_isBare != true)
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
            new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "spawn" }.Start();
            _done.Wait();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // No thread to be had: this start goes the usual way, and the next one tries again.
        }
    }

    void Run()
    {
        _isBare = SysSyscall.close_range(Unistd.STDERR_FILENO + 1, uint.MaxValue, SysSyscall.CLOSE_RANGE_UNSHARE) == 0;
        _done.Release();
        while (_isBare == true)
        {
            _asked.Wait();
            _call!.Run();
            _done.Release();
        }
    }
}
