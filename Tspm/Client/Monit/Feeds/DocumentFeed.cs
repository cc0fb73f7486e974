using System.Text;
using Tspm.Client.CommandLine;
using Tspm.Client.Monit.Model;
using Tspm.Client.Output;
using Tspm.Client.Terminal;

namespace Tspm.Client.Monit.Feeds;

/// <summary>
/// Reads the texts of the tabs by running the command that a user would type, such as <c>tspm why web</c>, beside the
/// screen.
/// </summary>
internal sealed class DocumentFeed(ClientSession session, MonitInbox inbox)
{
    volatile bool _isReading;

    /// <summary>Begins to read, unless it is reading already.</summary>
    /// <returns>False if it is.</returns>
    public bool Begin(Document document, MonitTab tab, IReadOnlyList<string> subject)
    {
        if (_isReading) return false;
        _isReading = true;
        new Thread(() =>
        {
            var lines = Read(session, tab, subject);
            inbox.Post(_ =>
            {
                document.Update(lines);
                _isReading = false;
            });
        })
        { IsBackground = true, Name = nameof(DocumentFeed) }.Start();
        return true;
    }

    static string CommandOf(MonitTab tab) => tab switch
    {
        MonitTab.Why => "why",
        MonitTab.Env => "env",
        _ => "describe",
    };

    /// <summary>Reads the text of a tab, and blocks meanwhile.</summary>
    public static List<StyledText> Read(ClientSession session, MonitTab tab, IReadOnlyList<string> subject)
    {
        var text = new StringBuilder();
        var output = new OutputWriter(bytes =>
        {
            text.Append(Encoding.UTF8.GetString(bytes));
            return true;
        }, isTerminal: true)
        { Colours = ColourDepth.Sixteen };
        // What the command says is part of the text.
        var beside = session.With(output, output);
        string[] host = session.Remote is { } remote ? ["--host", $"ssh://{remote}"] : [];
        CommandRouter.Run(beside, [CommandOf(tab), .. subject, .. host]);
        output.Flush();
        return [.. text.ToString().TrimEnd('\n').Split('\n').Select(StyledText.Read)];
    }
}
