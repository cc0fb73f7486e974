using Tspm.Libc;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// One call of posix_spawn, to be made by whatever thread is right for it, which has the child's own values meanwhile.
/// </summary>
/// <param name="spawner">Not disposed of before the call is done.</param>
internal sealed class SpawnCall(PosixSpawner spawner)
{
    /// <summary>Null: the child inherits what the calling thread has.</summary>
    public BirthSettings? Settings { get; init; }

    /// <summary>The mark that the child is to carry; <see cref="Platform.RunMark.None"/>: none.</summary>
    public ulong RunMark { get; init; }

    public SpawnResult Result { get; private set; }

    public void Run()
    {
        var former = Settings is null ? default : ThreadValues.Set(Settings);
        Result = spawner.Start();
        if (Settings is not null) ThreadValues.Restore(Settings, former);
    }

    /// <summary>On a thread for this call alone, which may keep what it cannot give back. Without one to be had the
    /// child is not started (EAGAIN).</summary>
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
