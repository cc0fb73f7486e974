using Tspm.Libc;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// One call of posix_spawn, which can be made on any thread. During the call, that thread has the child's settings.
/// </summary>
/// <param name="spawner">The prepared call; must not be disposed of before the call is done.</param>
internal sealed class SpawnCall(PosixSpawner spawner)
{
    /// <summary>The child's settings; null if the child inherits those of the calling thread.</summary>
    public BirthSettings? Settings { get; init; }

    /// <summary>The mark of the child; <see cref="Platform.RunMark.None"/> if it gets none.</summary>
    public ulong RunMark { get; init; }

    public SpawnResult Result { get; private set; }

    public void Run()
    {
        var former = Settings is null ? default : ThreadValues.Set(Settings);
        Result = spawner.Start();
        if (Settings is not null) ThreadValues.Restore(Settings, former);
    }

    /// <summary>
    /// Makes the call on a new thread, because some settings cannot be restored afterwards. If no thread can be
    /// created, the result is EAGAIN.
    /// </summary>
    public void RunOnce()
    {
        try
        {
            var thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "spawn once" };
            thread.Start();
            thread.Join();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            Result = new SpawnResult(0, Errno.EAGAIN);
        }
    }
}
