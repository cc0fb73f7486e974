using Tspm.Config.Validation;
using Tspm.Supervision.Starting;

namespace Tspm.Tests.Supervision;

/// <summary>The real files, read when the test says so.</summary>
internal sealed class FakeStartFiles : IStartFileReader
{
    readonly List<Action> _hanging = [];

    /// <summary>The file system does not answer until <see cref="Answer"/>.</summary>
    public bool Hangs { get; set; }

    /// <summary>How many are waiting for it.</summary>
    public int Hanging => _hanging.Count;

    public void Read(StartFilesRequest request, Action<StartFiles> done)
    {
        if (Hangs) _hanging.Add(() => done(StartFileReader.ReadNow(request)));
        else done(StartFileReader.ReadNow(request));
    }

    public void FindMissing(IReadOnlyCollection<NeededScript> scripts, Action<IReadOnlySet<NeededScript>> done)
    {
        if (Hangs && scripts.Count > 0) _hanging.Add(() => done(StartFileReader.MissingNow(scripts)));
        else done(StartFileReader.MissingNow(scripts));
    }

    /// <summary>It answers after all, to those who have asked so far.</summary>
    public void Answer()
    {
        var asked = _hanging.ToList();
        _hanging.Clear();
        foreach (var answer in asked) answer();
    }
}
