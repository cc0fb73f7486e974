using Tspm.Libc;

namespace Tspm.Platform.Linux.Spawning;

/// <summary>One call of posix_spawn, to be made by whatever thread is right for it. What it points to must live until
/// it is done.</summary>
internal sealed unsafe class SpawnCall
{
    readonly byte* _path;
    readonly SpawnFileActions* _actions;
    readonly SpawnAttributes* _attributes;
    readonly byte** _argv;
    readonly byte** _envp;

    public SpawnCall(byte* path, SpawnFileActions* actions, SpawnAttributes* attributes, byte** argv, byte** envp)
    {
        _path = path;
        _actions = actions;
        _attributes = attributes;
        _argv = argv;
        _envp = envp;
    }

    /// <summary>Null: the child inherits what the calling thread has.</summary>
    public BirthSettings? Settings { get; init; }

    /// <summary>The mark that the child is to carry; <see cref="Platform.RunMark.None"/>: none.</summary>
    public ulong RunMark { get; init; }

    public int Pid { get; private set; }

    public int Errno { get; private set; }

    public void Run()
    {
        var former = Settings is null ? default : ThreadValues.Set(Settings);
        int pid;
        Errno = PosixSpawn.posix_spawn(&pid, _path, _actions, _attributes, _argv, _envp);
        if (Settings is not null) ThreadValues.Restore(Settings, former);
        Pid = Errno == 0 ? pid : 0;
    }

    /// <summary>On a thread for this call alone, which may keep what it cannot give back. Without one to be had the
    /// child gets the calling thread's nice value.</summary>
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
            Errno = Tspm.Libc.Errno.EAGAIN;
        }
    }
}
