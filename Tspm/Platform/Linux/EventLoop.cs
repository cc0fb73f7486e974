using System.Collections.Concurrent;
using Tspm.Platform.Linux.Native;

namespace Tspm.Platform.Linux;

/// <summary>
/// One thread that waits for everything: exits of children, output, whatever has a descriptor. It exists because .NET's own waiting is built for
/// sockets only, and because one thread that owns what it waits for needs no locks and, idle, no CPU. Level-triggered; an event allocates nothing.
/// </summary>
internal sealed unsafe class EventLoop : IDisposable
{
    /// <summary>Events taken by one epoll_wait: enough for a burst, small enough that <see cref="AfterWait"/> comes soon.</summary>
    const int BatchSize = 64;

    /// <summary>Room for the wider of the two layouts of struct epoll_event.</summary>
    const int WidestEvent = 16;

    /// <summary>The data of the wake-up descriptor's events: no watch has generation 0.</summary>
    const ulong WakeUpMark = 0;

    readonly int epoll;
    readonly int wakeUp;
    readonly Lock gate = new();
    readonly Dictionary<int, Entry> entries = [];
    readonly ConcurrentQueue<Action> posted = new();
    readonly Thread thread;
    uint lastGeneration;
    int wakeUpPending;
    volatile bool stopping;

    public EventLoop(string name = "events")
    {
        epoll = OrThrow(SysEpoll.epoll_create1(SysEpoll.EPOLL_CLOEXEC));
        wakeUp = OrThrow(SysEventfd.eventfd(0, SysEventfd.EFD_CLOEXEC | SysEventfd.EFD_NONBLOCK));
        OrThrow(SysEpoll.Control(epoll, SysEpoll.EPOLL_CTL_ADD, wakeUp, SysEpoll.EPOLLIN, WakeUpMark));
        thread = new Thread(Run) { Name = name, IsBackground = true };
    }

    /// <summary>Asked before each wait, on the loop's thread: how many milliseconds at most, -1 for any time. To be set before <see cref="Start"/>.</summary>
    public Func<int>? BeforeWait { get; set; }

    /// <summary>Called after each wait and its events, on the loop's thread.</summary>
    public Action? AfterWait { get; set; }

    /// <summary>Told of an exception that a handler let out; the loop goes on. Without it such a bug ends the program.</summary>
    public Action<Exception>? OnFault { get; set; }

    public bool IsLoopThread => Thread.CurrentThread == thread;

    public void Start() => thread.Start();

    /// <summary>
    /// Calls the handler whenever one of the events is there (EPOLLHUP and EPOLLERR always count). Watching a descriptor again changes events and handler.
    /// From any thread. Throws IOException when the system refuses (no memory, fs.epoll.max_user_watches).
    /// </summary>
    public void Watch(int fd, uint events, IReadyHandler handler)
    {
        lock (gate)
        {
            var known = entries.ContainsKey(fd);
            var generation = lastGeneration = lastGeneration == uint.MaxValue ? 1 : lastGeneration + 1;
            OrThrow(SysEpoll.Control(epoll, known ? SysEpoll.EPOLL_CTL_MOD : SysEpoll.EPOLL_CTL_ADD, fd, events, ((ulong)generation << 32) | (uint)fd));
            entries[fd] = new Entry(generation, handler);
        }
    }

    /// <summary>
    /// No event of this descriptor from now on, not even one that this wait has already brought; to be called before the descriptor is closed.
    /// From another thread than the loop's, one call of the handler may still be under way. Unknown descriptors are ignored.
    /// </summary>
    public void Unwatch(int fd)
    {
        lock (gate)
        {
            if (!entries.Remove(fd)) return;
            // Fails only for a descriptor that was closed too early, and then there is nothing to take out.
            _ = SysEpoll.Control(epoll, SysEpoll.EPOLL_CTL_DEL, fd, 0, 0);
        }
    }

    /// <summary>Runs the action soon on the loop's thread; in the order posted. From any thread.</summary>
    public void Post(Action action)
    {
        posted.Enqueue(action);
        WakeUp();
    }

    public void Dispose()
    {
        if (stopping) return;
        stopping = true;
        WakeUp();
        if (thread.IsAlive && !IsLoopThread) thread.Join();
        _ = Unistd.close(wakeUp);
        _ = Unistd.close(epoll);
    }

    void WakeUp()
    {
        if (Interlocked.Exchange(ref wakeUpPending, 1) != 0) return;
        ulong one = 1;
        _ = Unistd.write(wakeUp, &one, sizeof(ulong)); // fails only when the counter is full, and then the loop is awake anyway
    }

    void Run()
    {
        var events = stackalloc byte[BatchSize * WidestEvent];
        while (!stopping)
        {
            var timeout = BeforeWait?.Invoke() ?? -1;
            var count = SysEpoll.epoll_wait(epoll, events, BatchSize, timeout);
            if (count < 0 && Errno.Last != Errno.EINTR) OrThrow(count);
            for (var i = 0; i < count && !stopping; i++)
            {
                var ready = SysEpoll.EventsAt(events, i, out var data);
                if (data == WakeUpMark) RunPosted();
                else Dispatch(data, ready);
            }
            if (!stopping) Guarded(AfterWait);
        }
    }

    void Dispatch(ulong data, uint ready)
    {
        var fd = (int)(uint)data;
        IReadyHandler handler;
        lock (gate)
        {
            if (!entries.TryGetValue(fd, out var entry) || entry.Generation != (uint)(data >> 32)) return;
            handler = entry.Handler;
        }
        try
        {
            handler.Ready(fd, ready);
        }
        catch (Exception fault) when (OnFault is { } tell)
        {
            tell(fault);
        }
    }

    void RunPosted()
    {
        ulong counter;
        _ = Unistd.read(wakeUp, &counter, sizeof(ulong));
        Volatile.Write(ref wakeUpPending, 0); // before the queue is read: what is posted from here on wakes again
        Interlocked.MemoryBarrier();
        while (!stopping && posted.TryDequeue(out var action)) Guarded(action);
    }

    void Guarded(Action? action)
    {
        try
        {
            action?.Invoke();
        }
        catch (Exception fault) when (OnFault is { } tell)
        {
            tell(fault);
        }
    }

    static int OrThrow(int result) =>
        result >= 0 ? result : throw new IOException($"The system refused to watch a descriptor: {Errno.Describe(Errno.Last)}.");

    readonly record struct Entry(uint Generation, IReadyHandler Handler);
}
