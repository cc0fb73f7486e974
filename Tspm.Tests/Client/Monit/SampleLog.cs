using System.Globalization;
using Tspm.Client.Monit.Model;
using Tspm.Protocol;
using Tspm.Tests.Client.Output;

namespace Tspm.Tests.Client.Monit;

/// <summary>Lines of logs.</summary>
internal static class SampleLog
{
    public static LogLine Line(long seq, string text, string stream = "out", int id = 1, int second = 0) => new()
    {
        Id = id,
        Name = "web",
        Instance = 0,
        Stream = stream,
        Seq = seq,
        Text = text,
        Time = SampleProcesses.Now.AddSeconds(second - 1000),
    };

    /// <summary>A view of some lines, "line 1" first.</summary>
    public static LogView View(int count, LogSettings? settings = null)
    {
        var view = new LogView(new LogBuffer(), settings ?? new LogSettings());
        Add(view, 1, count);
        return view;
    }

    public static void Add(LogView view, int from, int count)
    {
        for (var i = from; i < from + count; i++)
            view.Buffer.Append(Line(i * 10, string.Create(CultureInfo.InvariantCulture, $"line {i}"), second: i));
    }
}
