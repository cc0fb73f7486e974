namespace Tspm.Platform.Linux.Tree;

/// <summary>
/// The fallback for kernels without pidfds: checks every child ten times a second, on its own thread, which starts with
/// the first child. Exits are noticed up to 0.1 s late, and idle children cost some CPU.
/// </summary>
internal sealed class ChildPoll
{
    static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    readonly object _gate = new();
    readonly HashSet<PolledChild> _children = [];
    bool _started;

    public void Add(PolledChild child)
    {
        lock (_gate)
        {
            _children.Add(child);
            Monitor.Pulse(_gate);
            if (_started) return;
            _started = true;
        }
        new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "children" }.Start();
    }

    public void Remove(PolledChild child)
    {
        lock (_gate) _children.Remove(child);
    }

    void Run()
    {
        while (true)
        {
            PolledChild[] children;
            lock (_gate)
            {
                while (_children.Count == 0) Monitor.Wait(_gate);
                Monitor.Wait(_gate, Every);
                children = [.. _children];
            }
            foreach (var child in children)
                if (child.NotifyIfEnded()) Remove(child);
        }
    }
}
