using Tspm.Model.State;
using Tspm.Platform.Facts;

namespace Tspm.Tests.Supervision;

/// <summary>What can be read on the played machine: whatever the test says is there. It may hang.</summary>
internal sealed class FakeFacts : IFactsReader
{
    readonly List<(IReadOnlyList<FactsRequest> Requests, Action<IReadOnlyList<RunFacts>> Done)> _hanging = [];

    /// <summary>Of the script that every process has.</summary>
    public string ScriptHash { get; set; } = "1";

    public bool Hangs { get; set; }

    /// <summary>Nothing more is begun.</summary>
    public bool Refuses { get; set; }

    public int Readings { get; private set; }

    public bool TryRead(IReadOnlyList<FactsRequest> requests, Action<IReadOnlyList<RunFacts>> done)
    {
        if (Refuses) return false;
        Readings += requests.Count;
        if (Hangs) _hanging.Add((requests, done));
        else done([.. requests.Select(Read)]);
        return true;
    }

    /// <summary>The file system answers after all.</summary>
    public void Answer()
    {
        foreach (var (requests, done) in _hanging) done([.. requests.Select(Read)]);
        _hanging.Clear();
    }

    RunFacts Read(FactsRequest request) => request.Known with
    {
        Script = new FileFacts { Path = "/app.js", SizeBytes = 1, Hash = ScriptHash },
        Environment =
            request.Environment()?.ToDictionary(entry => entry.Key, entry => Hash(request.Known.Salt!, entry.Value)),
    };

    static string Hash(string salt, string value) =>
        Convert.ToHexString(
            Sha256.Hmac(System.Text.Encoding.UTF8.GetBytes(salt), System.Text.Encoding.UTF8.GetBytes(value)));
}
