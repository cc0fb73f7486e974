using Tspm.Client.Defining;
using Tspm.Config.Import;
using Tspm.Tests.Config;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Client;

/// <summary>A JavaScript file that node cannot evaluate is explained by node's own error and its place.</summary>
[Timeout(60_000)]
internal sealed class NodeEvaluatorTests
{
    [Test]
    [Arguments("a.config.js", "module.exports = {\n apps: [ { name: 'a' script: 'x.js' } ]\n};",
        "SyntaxError: Unexpected identifier", ":2)")]
    [Arguments("a.config.mjs", "export default {\n apps: [ { name: 'a' script: 'x.js' } ]\n};",
        "SyntaxError: Unexpected identifier", ":2)")]
    [Arguments("a.config.js", "\nmodule.exports = { name: undefined.x };", "TypeError: Cannot read properties", ":2)")]
    [Arguments("a.config.js", "\n\nrequire('nothing-here');", "Error: Cannot find module 'nothing-here'", ":3)")]
    [Arguments("a.config.js", "throw new RangeError('one\\ntwo');", "RangeError: one\ntwo", ":1)")]
    [Arguments("a.config.js", "throw 'boo';", "it throws boo", "")]
    public async Task The_error_and_its_place_are_said(
        string file, string content, string error, string line, CancellationToken cancel)
    {
        _ = Tools.Node;
        using var folder = new TemporaryFolder();
        var path = folder.Write(file, content);
        var place = line.Length == 0 ? "" : $" ({path}{line}";
        await Assert.That(() => NodeEvaluator.Read(path)).Throws<ImportException>()
            .WithMessageMatching("node could not evaluate the file: " + error + "*" + place);
    }

    [Test]
    public async Task The_exports_are_read_as_JSON(CancellationToken cancel)
    {
        _ = Tools.Node;
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.config.js", "module.exports = { apps: [] };");
        await Assert.That(NodeEvaluator.Read(path).GetRawText()).IsEqualTo("{\"apps\":[]}");
    }
}
