using Tspm.Config.Validation;
using Tspm.Supervision.Starting;

namespace Tspm.Tests.Supervision;

/// <summary>The real files, read when the test says so.</summary>
internal sealed class FakeStartFiles : IStartFileReader
{
    readonly List<(StartFilesRequest Request, Action<StartFiles> Done)> _hanging = [];

    /// <summary>The file system does not answer until <see cref="Answer"/>.</summary>
    public bool Hangs { get; set; }

    /// <summary>How many are waiting for it.</summary>
    public int Hanging => _hanging.Count;

    public string? LookUp(NeededScript script) => script.LookUp();

    public void Read(StartFilesRequest request, Action<StartFiles> done)
    {
        if (Hangs) _hanging.Add((request, done));
        else done(StartFileReader.ReadNow(request));
    }

    /// <summary>It answers after all, to those who have asked so far.</summary>
    public void Answer()
    {
        var asked = _hanging.ToList();
        _hanging.Clear();
        foreach (var (request, done) in asked) done(StartFileReader.ReadNow(request));
    }
}
