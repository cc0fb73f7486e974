namespace Tspm.Client.Monit.Model;

/// <summary>What the pane shows about the selection. The names are those of <c>--tab</c>.</summary>
internal enum MonitTab
{
    Logs,
    Why,
    Info,
    Env,
    Events,
    Graph,
}
