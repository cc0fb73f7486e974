using System.Collections.Concurrent;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Events;

/// <summary>
/// One thread that waits for everything: exits of children, output, whatever has a descriptor. It exists because .NET's
/// own waiting is built for sockets only, and because one thread that owns what it waits for needs no locks and, idle,
/// no CPU. Level-triggered; an event allocates nothing.
/// </summary>
internal sealed unsafe class EventLoop : IDisposable
{
    /// <summary>
    /// Events taken by one epoll_wait: enough for a burst, small enough that <see cref="AfterWait"/> comes soon.
    /// </summary>
    const int BatchSize = 64;

    /// <summary>Room for the wider of the two layouts of struct epoll_event.</summary>
    const int WidestEvent = 16;

    /// <summary>The data of the wake-up descriptor's events: no watch has generation 0.</summary>
    const ulong WakeUpMark = 0;

    readonly Descriptor _epoll;
    readonly Descriptor _wakeUp;
    readonly Lock _gate = new();
    readonly Dictionary<int, Entry> _entries = [];
    readonly ConcurrentQueue<Action> _posted = new();
    readonly Thread _thread;
    readonly RefusedWatches _refused = new();
    readonly bool _wakeUpIsRefused;
    uint _lastGeneration;
    int _wakeUpPending;
    volatile bool _stopping;

    public EventLoop(string name = "events")
    {
        using var madeEpoll = Descriptors.Epoll();
        using var madeWakeUp = madeEpoll.IsOpen ? Descriptors.Counter() : default;
        if (!madeWakeUp.IsOpen) throw Refusal();
        _wakeUpIsRefused = SysEpoll
            .Control(madeEpoll.Number, SysEpoll.EPOLL_CTL_ADD, madeWakeUp.Number, SysEpoll.EPOLLIN, WakeUpMark) != 0;
        if (_wakeUpIsRefused && !RefusedWatches.IsRefusal(Errno.Last)) throw Refusal();
        (_epoll, _wakeUp) = (madeEpoll.Move(), madeWakeUp.Move());
        _thread = new Thread(Run) { Name = name, IsBackground = true };
    }

    /// <summary>
    /// Asked before each wait, on the loop's thread: how many milliseconds at most, -1 for any time. To be set before
    /// <see cref="Start"/>.
    /// </summary>
    public Func<int>? BeforeWait { get; set; }

    /// <summary>Called after each wait and its events, on the loop's thread.</summary>
    public Action? AfterWait { get; set; }

    /// <summary>
    /// Told of an exception that a handler let out; the loop goes on. Without it such a bug ends the program.
    /// </summary>
    public Action<Exception>? OnFault { get; set; }

    /// <summary>The event of <see cref="Watch"/> that there is something to read, the end included.</summary>
    public const uint Readable = SysEpoll.EPOLLIN;

    /// <summary>For tests: epoll has no room for this descriptor.</summary>
    public Func<int, bool>? Refuses { get; init; }

    /// <summary>Why some events come late; null: none do.</summary>
    public string? Trouble => _refused.Trouble;

    public bool IsLoopThread => Thread.CurrentThread == _thread;

    public void Start() => _thread.Start();

    /// <summary>
    /// Calls the handler whenever one of the events is there (EPOLLHUP and EPOLLERR always count). Watching a
    /// descriptor again changes events and handler. From any thread. When the system has no room for it (no memory,
    /// fs.epoll.max_user_watches), its events come up to 0.1 s late until there is room, see <see cref="Trouble"/>.
    /// Throws IOException for a descriptor that cannot be watched at all.
    /// </summary>
    public void Watch(int fd, uint events, IReadyHandler handler)
    {
        lock (_gate)
        {
            var known = _entries.TryGetValue(fd, out var former);
            var generation = _lastGeneration = _lastGeneration == uint.MaxValue ? 1 : _lastGeneration + 1;
            var data = ((ulong)generation << 32) | (uint)fd;
            _refused.Remove(fd);
            var isTaken = Control(known && former.IsTaken, fd, events, data);
            _entries[fd] = new Entry(generation, handler, isTaken || former.IsTaken);
            if (isTaken) return;
            // What epoll still knows of it has the former generation, and would wake the loop in vain.
            if (former.IsTaken) Forget(fd);
            _refused.Add(fd, events, data, Errno.Last);
        }
        WakeUp();
    }

    /// <summary>False: refused, errno says why.</summary>
    bool Control(bool known, int fd, uint events, ulong data)
    {
        if (Refuses?.Invoke(fd) == true)
        {
            System.Runtime.InteropServices.Marshal.SetLastPInvokeError(Errno.ENOSPC);
            return false;
        }
        if (SysEpoll.Control(_epoll.NumberOrNone, known ? SysEpoll.EPOLL_CTL_MOD : SysEpoll.EPOLL_CTL_ADD, fd, events,
            data) == 0) return true;
        if (!RefusedWatches.IsRefusal(Errno.Last)) throw Refusal();
        return false;
    }

    void Forget(int fd)
    {
        var errno = Errno.Last;
        _ = SysEpoll.Control(_epoll.NumberOrNone, SysEpoll.EPOLL_CTL_DEL, fd, 0, 0);
        _entries[fd] = _entries[fd] with { IsTaken = false };
        System.Runtime.InteropServices.Marshal.SetLastPInvokeError(errno);
    }

    /// <summary>
    /// No event of this descriptor from now on, not even one that this wait has already brought; to be called before
    /// the descriptor is closed. From another thread than the loop's, one call of the handler may still be under way.
    /// Unknown descriptors are ignored.
    /// </summary>
    public void Unwatch(int fd)
    {
        lock (_gate)
        {
            if (!_entries.Remove(fd, out var entry)) return;
            _refused.Remove(fd);
            if (!entry.IsTaken) return;
            // Fails only for a descriptor that was closed too early, and then there is nothing to take out.
            _ = SysEpoll.Control(_epoll.NumberOrNone, SysEpoll.EPOLL_CTL_DEL, fd, 0, 0);
        }
    }

    /// <summary>Runs the action soon on the loop's thread; in the order posted. From any thread.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        WakeUp();
    }

    /// <summary>Runs the work soon on the loop's thread and gives its result.</summary>
    public Task<T> Ask<T>(Func<T> work) => PostedWork.Run(Post, work);

    public void Dispose()
    {
        if (_stopping) return;
        _stopping = true;
        WakeUp();
        if (_thread.IsAlive && !IsLoopThread) _thread.Join();
        _wakeUp.Dispose();
        _epoll.Dispose();
    }

    void WakeUp()
    {
        if (Interlocked.Exchange(ref _wakeUpPending, 1) != 0) return;
        ulong one = 1;
        // Fails only when the counter is full, and then the loop is awake anyway, or when it has ended.
        _ = Unistd.write(_wakeUp.NumberOrNone, &one, sizeof(ulong));
    }

    void Run()
    {
        var events = stackalloc byte[BatchSize * WidestEvent];
        while (!_stopping)
        {
            var timeout = _refused.Limit(BeforeWait?.Invoke() ?? -1);
            if (_wakeUpIsRefused) timeout = WaitForBoth(timeout);
            var count = SysEpoll.epoll_wait(_epoll.Number, events, BatchSize, timeout);
            if (count < 0 && Errno.Last != Errno.EINTR) throw Refusal();
            for (var i = 0; i < count && !_stopping; i++)
            {
                var ready = SysEpoll.EventsAt(events, i, out var data);
                if (data == WakeUpMark) RunPosted();
                else Dispatch(data, ready);
            }
            if (_refused.Count > 0 && !_stopping) LookAtRefused();
            if (!_stopping) Guarded(AfterWait);
        }
    }

    /// <summary>epoll did not even take the wake-up: poll(2) watches both. 0, because the wait is over then.</summary>
    int WaitForBoth(int timeout)
    {
        var both = stackalloc[] { new PollFd { fd = _epoll.Number, events = SysPoll.POLLIN },
            new PollFd { fd = _wakeUp.Number, events = SysPoll.POLLIN } };
        if (SysPoll.poll(both, 2, timeout) > 0 && both[1].revents != 0) RunPosted();
        return 0;
    }

    void LookAtRefused()
    {
        (int Fd, uint Events, ulong Data)[] due;
        lock (_gate)
        {
            due = _refused.TakeDue();
            foreach (ref var watch in due.AsSpan())
            {
                if (!Control(known: false, watch.Fd, watch.Events, watch.Data)) continue;
                _refused.Remove(watch.Fd);
                _entries[watch.Fd] = _entries[watch.Fd] with { IsTaken = true };
                // epoll tells from now on.
                watch.Fd = -1;
            }
        }
        foreach (var watch in due)
            if (watch.Fd >= 0 && RefusedWatches.Ready(watch.Fd, watch.Events) is not 0 and var ready)
                Dispatch(watch.Data, ready);
    }

    void Dispatch(ulong data, uint ready)
    {
        var fd = (int)(uint)data;
        IReadyHandler handler;
        lock (_gate)
        {
            if (!_entries.TryGetValue(fd, out var entry) || entry.Generation != (uint)(data >> 32)) return;
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
        _ = Unistd.read(_wakeUp.NumberOrNone, &counter, sizeof(ulong));
        Volatile.Write(ref _wakeUpPending, 0); // before the queue is read: what is posted from here on wakes again
        Interlocked.MemoryBarrier();
        while (!_stopping && _posted.TryDequeue(out var action)) Guarded(action);
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

    static IOException Refusal() =>
        new($"The system refused to watch a descriptor: {Errno.Describe(Errno.Last)}.", Errno.Last);

    /// <param name="Generation">Tells this watch from earlier ones of the same number.</param>
    /// <param name="Handler">Whom to tell.</param>
    /// <param name="IsTaken">epoll has it.</param>
    readonly record struct Entry(uint Generation, IReadyHandler Handler, bool IsTaken);
}
