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
        string[] arguments = [.. CommandOf(tab), .. subject];
        new Thread(() =>
        {
            var lines = Run(arguments);
            inbox.Post(_ =>
            {
                document.Update(lines);
                _isReading = false;
            });
        })
        { IsBackground = true, Name = nameof(DocumentFeed) }.Start();
        return true;
    }

    static string[] CommandOf(MonitTab tab) => tab switch
    {
        MonitTab.Why => ["why"],
        MonitTab.Env => ["env"],
        _ => ["describe"],
    };

    List<StyledText> Run(string[] arguments)
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
        if (session.Remote is not null) arguments = [.. arguments, "--host", $"ssh://{session.Remote}"];
        CommandRouter.Run(beside, arguments);
        output.Flush();
        return [.. text.ToString().TrimEnd('\n').Split('\n').Select(StyledText.Read)];
    }
}
