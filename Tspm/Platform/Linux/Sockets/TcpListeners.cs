namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Reads who listens from /proc. A socket belongs to whoever has a descriptor of it. The looks of all probes are served
/// one after another: however many processes are probed, they occupy one of the runtime's threads, and share what is
/// read.
/// </summary>
/// <param name="readings">The tables.</param>
/// <param name="holders">Who has sockets open; used by one look at a time.</param>
internal sealed class TcpListeners(TcpReadings readings, SocketHolders holders) : ITcpListeners
{
    /// <summary>A probe that gave up waiting and asks again does not make the queue longer.</summary>
    readonly Dictionary<Subject, Question> _waiting = [];
    readonly Queue<Subject> _order = [];
    bool _isServing;

    /// <summary>Those of this machine.</summary>
    public TcpListeners() : this(new TcpReadings(), new SocketHolders(TimeProvider.System))
    {
    }

    readonly record struct Subject(int Pid, TcpTable.Host Host, int Port);

    /// <param name="AskedAt">A timestamp of the readings.</param>
    sealed record Question(Subject About, IReadOnlySet<ulong> Suspects, Action<ListenerFacts> Told, long AskedAt);

    public IReadOnlySet<ulong>? ListeningOn(int port)
    {
        if (readings.Recent().Listeners is not { } all) return null;
        var found = new HashSet<ulong>();
        foreach (var listener in all)
            if (listener.Port == port)
                found.Add(listener.Inode);
        return found;
    }

    public void Look(DialedAddress address, int pid, IReadOnlySet<ulong> suspects, Action<ListenerFacts> told)
    {
        var about = new Subject(pid, TcpTable.Host.Of(address.Host), address.Port);
        lock (_waiting)
        {
            if (_waiting.TryGetValue(about, out var same)) told = same.Told + told;
            else _order.Enqueue(about);
            _waiting[about] = new Question(about, suspects, told, readings.Now);
            if (_isServing) return;
            _isServing = true;
        }
        ThreadPool.QueueUserWorkItem(static self => self.Serve(), this, preferLocal: false);
    }

    void Serve()
    {
        while (Next() is { } question) question.Told(Answer(question));
    }

    /// <summary>Null: there is none, and the thread goes.</summary>
    Question? Next()
    {
        lock (_waiting)
        {
            if (_order.TryDequeue(out var next) && _waiting.Remove(next, out var question)) return question;
            _isServing = false;
            return null;
        }
    }

    /// <summary>
    /// A reading from before the answer is good enough to find the child's own socket, and to refuse an answer, for it
    /// is asked for again; what lets somebody else's answer count is read after it.
    /// </summary>
    ListenerFacts Answer(Question question)
    {
        var reading = readings.Recent();
        var facts = Facts(question, reading);
        var isSettled = facts.IsOwn == true || facts is { IsOwn: false, Sockets: { } sockets }
            && sockets.Count > 0 && sockets.All(question.Suspects.Contains);
        if (isSettled || readings.Since(question.AskedAt) is var newer && newer == reading) return facts;
        return Facts(question, newer);
    }

    ListenerFacts Facts(Question question, TcpReadings.Reading reading)
    {
        if (reading.Listeners is not { } all) return new ListenerFacts();
        var answering = TcpTable.Answering(all, question.About.Host, question.About.Port);
        if (answering.Count == 0) return new ListenerFacts { Sockets = answering };
        var isOwn = holders.IsHeldBelow(question.About.Pid, answering);
        var areSuspects = isOwn != true && answering.All(question.Suspects.Contains);
        var holder = areSuspects ? holders.Holder(answering) : null;
        return new ListenerFacts { Sockets = answering, IsOwn = isOwn, Holder = holder };
    }
}
