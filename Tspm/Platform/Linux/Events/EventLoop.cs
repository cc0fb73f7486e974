using System.Collections.Concurrent;
using Tspm.Libc;

namespace Tspm.Platform.Linux.Events;

/// <summary>
/// One thread that waits for exits of children, for output, and for anything else that has a descriptor. It exists
/// because .NET can wait for sockets only. A single thread that owns what it waits for needs no locks, and no CPU time
/// while idle. Events are level-triggered, and an event allocates nothing.
/// </summary>
internal sealed unsafe class EventLoop : IDisposable
{
    /// <summary>
    /// Events per epoll_wait: enough for a burst, but few enough that <see cref="AfterWait"/> is called soon.
    /// </summary>
    const int BatchSize = 64;

    /// <summary>The size of the larger of the two layouts of struct epoll_event.</summary>
    const int WidestEvent = 16;

    /// <summary>The data of the wake-up descriptor's events; no watch has generation 0.</summary>
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
    /// Called before each wait, on the loop's thread; returns the longest wait in milliseconds, or -1 for no limit.
    /// Must be set before <see cref="Start"/>.
    /// </summary>
    public Func<int>? BeforeWait { get; set; }

    /// <summary>Called after each wait and its events, on the loop's thread.</summary>
    public Action? AfterWait { get; set; }

    /// <summary>
    /// Called with an exception that a handler threw; the loop goes on. Without this, such a bug ends the program.
    /// </summary>
    public Action<Exception>? OnFault { get; set; }

    /// <summary>The event for <see cref="Watch"/> that there is something to read, including the end.</summary>
    public const uint Readable = SysEpoll.EPOLLIN;

    /// <summary>For tests: returns true if epoll is to refuse this descriptor.</summary>
    public Func<int, bool>? Refuses { get; init; }

    /// <summary>Why some events arrive late; null if none do.</summary>
    public string? Trouble => _refused.Trouble;

    public bool IsLoopThread => Thread.CurrentThread == _thread;

    public void Start() => _thread.Start();

    /// <summary>
    /// Calls the handler whenever one of the events occurs (EPOLLHUP and EPOLLERR always count). Watching a descriptor
    /// again replaces events and handler. Any thread may call this. While the system refuses to watch the descriptor
    /// (no memory, fs.epoll.max_user_watches), its events arrive up to 0.1 s late, see <see cref="Trouble"/>.
    /// </summary>
    /// <exception cref="IOException">The descriptor cannot be watched at all.</exception>
    public void Watch(int fd, uint events, IReadyHandler handler)
    {
        lock (_gate)
        {
            var wasTaken = _entries.TryGetValue(fd, out var former) && former.IsTaken;
            var generation = _lastGeneration = _lastGeneration == uint.MaxValue ? 1 : _lastGeneration + 1;
            var data = ((ulong)generation << 32) | (uint)fd;
            _refused.Remove(fd);
            var isTaken = Control(wasTaken, fd, events, data);
            _entries[fd] = new Entry(generation, handler, isTaken || wasTaken);
            if (isTaken) return;
            // The entry in epoll has the previous generation, and would wake the loop in vain.
            if (wasTaken) Forget(fd);
            _refused.Add(fd, events, data, Errno.Last);
        }
        WakeUp();
    }

    /// <returns>False if epoll refused; errno says why.</returns>
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
    /// Stops events of this descriptor, including those that the last wait has already returned. Must be called before
    /// the descriptor is closed. If another thread calls this, one call of the handler may still be in progress.
    /// Unknown descriptors are ignored.
    /// </summary>
    public void Unwatch(int fd)
    {
        lock (_gate)
        {
            if (!_entries.Remove(fd, out var entry)) return;
            _refused.Remove(fd);
            if (!entry.IsTaken) return;
            // Fails only if the descriptor was closed too early, and then there is nothing to remove.
            _ = SysEpoll.Control(_epoll.NumberOrNone, SysEpoll.EPOLL_CTL_DEL, fd, 0, 0);
        }
    }

    /// <summary>
    /// Runs the action soon on the loop's thread, in the order of posting. Any thread may call this.
    /// </summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        WakeUp();
    }

    /// <summary>Runs the work soon on the loop's thread and returns its result.</summary>
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
        // Fails only if the counter is full, and then the loop is awake anyway, or if the loop has ended.
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
            if (_refused.Count > 0 && !_stopping) PollRefused();
            if (!_stopping) Guarded(AfterWait);
        }
    }

    /// <summary>
    /// Waits with poll(2) for epoll and the wake-up descriptor, because epoll refused even the latter.
    /// </summary>
    /// <returns>The timeout for epoll_wait: 0, because the wait is over.</returns>
    int WaitForBoth(int timeout)
    {
        var both = stackalloc[] { new PollFd { fd = _epoll.Number, events = SysPoll.POLLIN },
            new PollFd { fd = _wakeUp.Number, events = SysPoll.POLLIN } };
        if (SysPoll.poll(both, 2, timeout) > 0 && both[1].revents != 0) RunPosted();
        return 0;
    }

    void PollRefused()
    {
        (int Fd, uint Events, ulong Data)[] due;
        lock (_gate)
        {
            due = _refused.GetDue();
            foreach (ref var watch in due.AsSpan())
            {
                if (!Control(known: false, watch.Fd, watch.Events, watch.Data)) continue;
                _refused.Remove(watch.Fd);
                _entries[watch.Fd] = _entries[watch.Fd] with { IsTaken = true };
                // From now on epoll reports its events.
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
        catch (Exception fault) when (OnFault is { } report)
        {
            report(fault);
        }
    }

    void RunPosted()
    {
        ulong counter;
        _ = Unistd.read(_wakeUp.NumberOrNone, &counter, sizeof(ulong));
        // Cleared before the queue is read, so that actions posted from now on wake the loop again.
        Volatile.Write(ref _wakeUpPending, 0);
        Interlocked.MemoryBarrier();
        while (!_stopping && _posted.TryDequeue(out var action)) Guarded(action);
    }

    void Guarded(Action? action)
    {
        try
        {
            action?.Invoke();
        }
        catch (Exception fault) when (OnFault is { } report)
        {
            report(fault);
        }
    }

    static IOException Refusal() =>
        new($"the system refused to watch a descriptor: {Errno.Describe(Errno.Last)}", Errno.Last);

    /// <param name="Generation">Distinguishes this watch from earlier ones of the same number.</param>
    /// <param name="Handler">The handler to call.</param>
    /// <param name="IsTaken">Whether epoll has accepted the watch.</param>
    sealed record Entry(uint Generation, IReadyHandler Handler, bool IsTaken);
}
