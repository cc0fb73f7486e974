using Tspm.Client.Monit.Drawing;
using Tspm.Client.Monit.Model;
using Tspm.Client.Terminal;

namespace Tspm.Client.Monit.Input;

/// <summary>
/// Turns keys and the mouse into changes of the model. A key goes to what is on top: an overlay, then the line that is
/// being typed, then the list or the pane.
/// </summary>
internal sealed class MonitController
{
    readonly MonitModel _model;
    readonly IMonitHost _host;
    readonly ActionKeys _actions;
    readonly PaneKeys _pane;
    readonly PromptKeys _prompt;
    readonly MouseKeys _mouse;

    public MonitController(MonitModel model, IMonitHost host)
    {
        (_model, _host) = (model, host);
        _actions = new ActionKeys(model, host);
        _pane = new PaneKeys(model, host);
        _prompt = new PromptKeys(model, host, _pane);
        _mouse = new MouseKeys(model, host, Do);
    }

    MonitLayout Layout => MonitLayout.For(_model, _host.Size);

    public void Handle(InputEvent happened)
    {
        switch (happened)
        {
            case InputEvent.End:
                _host.Leave();
                break;
            case InputEvent.KeyPress key:
                Handle(key);
                break;
            case InputEvent.Paste paste:
                _model.Prompt?.Add(paste.Text.ReplaceLineEndings(" "));
                if (_model.Prompt is { } prompt) _prompt.Preview(prompt);
                break;
            case InputEvent.Mouse mouse:
                if (_model.HasMouse) _mouse.Handle(mouse, Layout);
                break;
        }
    }

    void Handle(InputEvent.KeyPress key)
    {
        var name = KeyNames.NameOf(key);
        if (key.IsCtrl('c'))
        {
            _host.Leave();
            return;
        }
        if (_model.Overlay is { } overlay)
        {
            OverlayKeys.Handle(_model, _host, overlay, key, name, Do);
            return;
        }
        if (_model.Prompt is { } prompt)
        {
            _prompt.Handle(prompt, key);
            return;
        }
        if (key.Key == Key.Escape)
        {
            Clear();
            return;
        }
        if (Moves(key)) return;
        if (KeyBindings.Find(_model.Keys, name, _model.IsPaneFocused) is { } command) Do(command);
    }

    /// <summary>Ends what is unusual, one thing at a time: the zoom, the selection, the marks, the filter.</summary>
    void Clear()
    {
        if (_model.IsZoomed) _model.IsZoomed = false;
        else if (_model.Logs.SelectionStart is not null) _model.Logs.ToggleSelection();
        else if (_model.List.MarkCount > 0) _model.List.ClearMarks();
        else if (_model.IsPaneFocused && _model.PaneFilter is not null) _model.ClearPaneFilter();
        else if (_model.List.Filter.Length > 0) _model.List.SetFilter("");
        else _model.IsPaneFocused = false;
    }

    /// <summary>Moves the selection of the list, or scrolls the pane.</summary>
    /// <returns>False if the key does not move.</returns>
    bool Moves(InputEvent.KeyPress key)
    {
        var layout = Layout;
        var inPane = _model.IsPaneFocused || _model.IsZoomed;
        var page = Math.Max(1, (inPane ? layout.Content.Height : layout.ListRows.Height) - 1);
        var rows = key switch
        {
            { Key: Key.Up } => -1,
            { Key: Key.Down } => 1,
            { Key: Key.PageUp } => -page,
            { Key: Key.PageDown } => page,
            _ when key.Is('k') || key.IsCtrl('p') => -1,
            _ when key.Is('j') || key.IsCtrl('n') => 1,
            _ when key.IsCtrl('u') => -page / 2,
            _ when key.IsCtrl('d') => page / 2,
            { Key: Key.Home } when !inPane => -_model.List.Rows.Count,
            { Key: Key.End } when !inPane => _model.List.Rows.Count,
            _ => 0,
        };
        if (rows == 0) return inPane && MovesSideways(key);
        if (inPane) _pane.Scroll(rows, layout.Content);
        else _model.List.Move(rows);
        return true;
    }

    bool MovesSideways(InputEvent.KeyPress key)
    {
        const int step = 8;
        var cells = key.Key == Key.Left || key.Is('h') ? -step : key.Key == Key.Right ? step : 0;
        if (cells == 0) return false;
        _model.LogSettings.ScrollSideways(cells);
        return true;
    }

    void Do(KeyAction command)
    {
        switch (command)
        {
            case KeyAction.Leave:
                _host.Leave();
                break;
            case KeyAction.Help:
                _model.Overlay = new Overlay.Help();
                break;
            case KeyAction.ShowHistory:
                _model.Overlay = new Overlay.History();
                break;
            case KeyAction.SwitchFocus:
                _model.IsPaneFocused = !_model.IsPaneFocused;
                break;
            case KeyAction.Zoom:
                _model.IsZoomed = !_model.IsZoomed;
                break;
            case KeyAction.TypeCommand:
                if (_model.IsReadOnly) _model.Say(ActionKeys.ReadOnly, _host.Now);
                else _model.Prompt = new Prompt(PromptKind.Command, "");
                break;
            case KeyAction.ToggleMouse:
                _model.HasMouse = !_model.HasMouse;
                _host.UseMouse(_model.HasMouse);
                break;
            case >= KeyAction.ShowAllLogs and <= KeyAction.ShowGraph:
                _model.ShowsAllLogs = command == KeyAction.ShowAllLogs && !_model.ShowsAllLogs;
                _model.Tab = (MonitTab)Math.Max(0, command - KeyAction.ShowLogs);
                if (!Layout.IsSideBySide && Layout.Pane.IsEmpty) _model.IsPaneFocused = true;
                break;
            case >= KeyAction.FilterList and <= KeyAction.ShowBars:
                DoInList(command);
                break;
            case >= KeyAction.Menu and <= KeyAction.CopyCommand:
                _actions.Do(command);
                break;
            default:
                _pane.Do(command, Layout.Content);
                break;
        }
    }

    void DoInList(KeyAction command)
    {
        var list = _model.List;
        switch (command)
        {
            case KeyAction.FilterList:
                _model.Prompt = new Prompt(PromptKind.FilterList, list.Filter);
                break;
            case KeyAction.Sort:
                list.SortByNext();
                break;
            case KeyAction.ReverseSort:
                list.Reverse();
                break;
            case KeyAction.FailuresFirst:
                list.ToggleFailuresFirst();
                break;
            case KeyAction.Group:
                list.GroupByNext();
                break;
            case KeyAction.Fold:
                list.ToggleFold();
                break;
            case KeyAction.Mark:
                list.ToggleMark();
                list.Move(1);
                break;
            case KeyAction.MarkAll:
                list.ToggleAllMarks();
                break;
            case KeyAction.ShowBars:
                _model.BarsShowMemory = !_model.BarsShowMemory;
                break;
        }
    }
}
