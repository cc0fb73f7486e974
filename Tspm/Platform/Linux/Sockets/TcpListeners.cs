namespace Tspm.Platform.Linux.Sockets;

/// <summary>
/// Finds listeners in the kernel's tables and their holders in /proc: a socket belongs to any process that has a
/// descriptor for it. The questions of all probes are answered one after another, so that they occupy only one of the
/// runtime's threads and share readings, however many processes are probed.
/// </summary>
/// <param name="readings">Readings of the kernel's tables.</param>
/// <param name="holders">Finds the holders of sockets; used for one question at a time.</param>
internal sealed class TcpListeners(TcpReadings readings, SocketHolders holders) : ITcpListeners
{
    /// <summary>Pending questions by subject, so that a probe that asks again does not make the queue longer.</summary>
    readonly Dictionary<Subject, Question> _waiting = [];
    readonly Queue<Subject> _order = [];
    bool _isServing;

    /// <summary>Uses the tables of this machine.</summary>
    public TcpListeners() : this(new TcpReadings(), new SocketHolders(TimeProvider.System))
    {
    }

    sealed record Subject(int Pid, TcpTable.Host Host, int Port);

    /// <param name="AskedAt">The timestamp of the question, on the clock of the readings.</param>
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

    public void Inspect(DialedAddress address, int pid, IReadOnlySet<ulong> suspects, Action<ListenerFacts> told)
    {
        var about = new Subject(pid, TcpTable.Host.From(address.Host), address.Port);
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

    /// <returns>Null if there are no more questions, and the thread is returned to the pool.</returns>
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
    /// A reading from before the probe's answer suffices to find the child's own socket, and to reject the answer,
    /// because a rejected probe is repeated. To accept the answer of another process, a newer reading is needed.
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
