using System.Text;
using Tspm.Client.Output;
using Tspm.Model.Config;

namespace Tspm.Tests.Config.Import;

/// <summary>What <c>import</c> writes.</summary>
internal static class ConfigText
{
    /// <summary>The config file with these processes.</summary>
    public static string Of(IReadOnlyList<ProcessConfig> configs)
    {
        var bytes = new MemoryStream();
        var writer = new OutputWriter(part =>
        {
            bytes.Write(part);
            return true;
        }, isTerminal: false);
        ConfigWriter.Write(writer, configs);
        writer.Flush();
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
