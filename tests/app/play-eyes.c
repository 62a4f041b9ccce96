/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "play-camera.h"
#include "play-eyes.h"

/* Drover as a screen reader sees it: by AT-SPI, from another process. */

/* A window that lays out much at once, or is built with sanitizers, answers late. */
#define ANSWER_MSEC 20000

/* A guest that boots writes all the time, and each look at its terminal costs the window more than
 * what it writes. */
#define TEXT_LOOK_MSEC 1000

/* libatspi declares no cleanup functions; under its own names it might some day. */
typedef AtspiAccessible Element;
typedef AtspiAction Action;
typedef AtspiComponent Component;
typedef AtspiStateSet StateSet;
typedef AtspiText Text;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Element, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Action, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Component, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StateSet, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Text, g_object_unref)

/**
 * play_eyes_open:
 *
 * Connects to the accessibility bus of this session.
 */
gboolean
play_eyes_open (GError **error)
{
  if (atspi_init () > 1)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
                   "There is no accessibility bus; is at-spi2-core installed?");
      return FALSE;
    }

  atspi_set_timeout (ANSWER_MSEC, 0);
  return TRUE;
}

static Element *
find_app (PlayStage *stage)
{
  g_autoptr (Element) desktop = atspi_get_desktop (0);
  const char *pid = stage->app != NULL ? g_subprocess_get_identifier (stage->app) : NULL;

  for (int i = 0; pid != NULL && i < atspi_accessible_get_child_count (desktop, NULL); i++)
    {
      g_autoptr (Element) app = atspi_accessible_get_child_at_index (desktop, i, NULL);

      if (app != NULL &&
          atspi_accessible_get_process_id (app, NULL) == g_ascii_strtoull (pid, NULL, 10))
        {
          /* What is on the screen now counts, not what was there when one looked last. */
          atspi_accessible_set_cache_mask (app, ATSPI_CACHE_NONE);
          return g_steal_pointer (&app);
        }
    }

  return NULL;
}

static gboolean
has_state (Element *element, AtspiStateType state)
{
  g_autoptr (StateSet) states = atspi_accessible_get_state_set (element);

  return states != NULL && atspi_state_set_contains (states, state);
}

static gboolean
is_called (Element *element, const char *name)
{
  g_autofree char *own = name != NULL ? atspi_accessible_get_name (element, NULL) : NULL;

  return name == NULL || g_strcmp0 (own, name) == 0;
}

/* Consumes ELEMENT. The last match counts: what lies above the rest, as a dialog does, comes
 * last. Only what is shown counts, except the application itself, which is no widget. */
static Element *
find_below (Element *element, AtspiRole role, const char *name)
{
  g_autoptr (Element) here = element;

  for (int i = atspi_accessible_get_child_count (here, NULL) - 1; i >= 0; i--)
    {
      Element *child = atspi_accessible_get_child_at_index (here, i, NULL);
      Element *found;

      if (child == NULL)
        continue;
      if (!has_state (child, ATSPI_STATE_SHOWING))
        {
          g_object_unref (child);
          continue;
        }
      if (atspi_accessible_get_role (child, NULL) == role && is_called (child, name))
        return child;
      if ((found = find_below (child, role, name)) != NULL)
        return found;
    }

  return NULL;
}

static Element *
find (PlayStage *stage, AtspiRole role, const char *name)
{
  Element *app = find_app (stage);

  return app != NULL ? find_below (app, role, name) : NULL;
}

/**
 * play_eyes_sees:
 * @name: (nullable): its accessible name; %NULL for any
 *
 * Returns: whether such an element is shown
 */
gboolean
play_eyes_sees (PlayStage *stage, AtspiRole role, const char *name)
{
  g_autoptr (Element) element = find (stage, role, name);

  return element != NULL;
}

typedef struct
{
  AtspiRole place; /* or 0, for everywhere */
  AtspiRole role;
  const char *name;
  const char *text;
  gint64 next_look; /* at the text */
} Wanted;

static gboolean
is_seen (PlayStage *stage, gpointer data)
{
  Wanted *wanted = data;

  return play_eyes_sees (stage, wanted->role, wanted->name);
}

static gboolean
is_gone (PlayStage *stage, gpointer data)
{
  return !is_seen (stage, data);
}

static char *
describe (AtspiRole role, const char *name, const char *verb)
{
  g_autofree char *role_name = atspi_role_get_name (role);

  return g_strdup_printf ("a %s%s%s%s %s", role_name, name != NULL ? " named “" : "",
                          name != NULL ? name : "", name != NULL ? "”" : "", verb);
}

/**
 * play_eyes_wait:
 *
 * Waits until such an element is shown.
 */
gboolean
play_eyes_wait (PlayStage *stage, AtspiRole role, const char *name, GError **error)
{
  Wanted wanted = { .role = role, .name = name };
  g_autofree char *what = describe (role, name, "is shown");

  return play_stage_wait (stage, what, is_seen, &wanted, error);
}

/**
 * play_eyes_wait_gone:
 *
 * Waits until no such element is shown.
 */
gboolean
play_eyes_wait_gone (PlayStage *stage, AtspiRole role, const char *name, GError **error)
{
  Wanted wanted = { .role = role, .name = name };
  g_autofree char *what = describe (role, name, "is gone");

  return play_stage_wait (stage, what, is_gone, &wanted, error);
}

static gboolean
terminal_says (PlayStage *stage, gpointer data)
{
  Wanted *wanted = data;
  g_autoptr (Element) terminal = NULL;
  g_autoptr (Text) text = NULL;
  g_autofree char *content = NULL;

  if (g_get_monotonic_time () < wanted->next_look)
    return FALSE;

  terminal = find (stage, ATSPI_ROLE_TERMINAL, NULL);
  text = terminal != NULL ? atspi_accessible_get_text_iface (terminal) : NULL;
  wanted->next_look = g_get_monotonic_time () + TEXT_LOOK_MSEC * G_TIME_SPAN_MILLISECOND;
  if (text != NULL)
    content =
      atspi_text_get_text (text, 0, atspi_text_get_character_count (text, NULL), NULL);

  return content != NULL && strstr (content, wanted->text) != NULL;
}

/**
 * play_eyes_wait_text:
 *
 * Waits until the terminal's accessible text has @text.
 */
gboolean
play_eyes_wait_text (PlayStage *stage, const char *text, GError **error)
{
  Wanted wanted = { .text = text };
  g_autofree char *what = g_strdup_printf ("the terminal says “%s”", text);

  return play_stage_wait (stage, what, terminal_says, &wanted, error);
}

static Element *
find_wanted (PlayStage *stage, Wanted *wanted)
{
  Element *place;

  if (wanted->place == 0)
    return find (stage, wanted->role, wanted->name);

  place = find (stage, wanted->place, NULL);
  return place != NULL ? find_below (place, wanted->role, wanted->name) : NULL;
}

static gboolean
do_action (Element *element)
{
  g_autoptr (Action) action = atspi_accessible_get_action_iface (element);

  return action != NULL && atspi_action_do_action (action, 0, NULL);
}

/* Waiting and pressing are one, so that what is pressed is what was seen. */
static gboolean
is_pressed (PlayStage *stage, gpointer data)
{
  g_autoptr (Element) element = find_wanted (stage, data);

  return element != NULL && has_state (element, ATSPI_STATE_SENSITIVE) && do_action (element);
}

/**
 * play_eyes_press_in:
 * @place: the role of what it must be in, as a dialog; 0 for anywhere
 *
 * Waits until such an element can be used, and does its action.
 */
gboolean
play_eyes_press_in (PlayStage *stage, AtspiRole place, AtspiRole role, const char *name,
                    GError **error)
{
  Wanted wanted = { .place = place, .role = role, .name = name };
  g_autofree char *what = describe (role, name, "can be pressed");

  return play_stage_wait (stage, what, is_pressed, &wanted, error);
}

/**
 * play_eyes_press:
 *
 * Waits until the button can be used, and presses it.
 */
gboolean
play_eyes_press (PlayStage *stage, const char *button, GError **error)
{
  if (!play_eyes_press_in (stage, 0, ATSPI_ROLE_BUTTON, button, error))
    return FALSE;

  play_stage_say (stage, "Pressed “%s”.", button);
  return TRUE;
}

/* Consumes ELEMENT. */
static Element *
find_nth_below (Element *element, AtspiRole role, guint *n)
{
  g_autoptr (Element) here = element;
  Element *found = NULL;

  for (int i = 0; found == NULL && i < atspi_accessible_get_child_count (here, NULL); i++)
    {
      Element *child = atspi_accessible_get_child_at_index (here, i, NULL);

      if (child != NULL && atspi_accessible_get_role (child, NULL) == role && (*n)-- == 0)
        return child;
      if (child != NULL)
        found = find_nth_below (child, role, n);
    }

  return found;
}

static gboolean
is_item_pressed (PlayStage *stage, gpointer data)
{
  guint n = GPOINTER_TO_UINT (data);
  Element *menu = find (stage, ATSPI_ROLE_MENU, NULL);
  g_autoptr (Element) item =
    menu != NULL ? find_nth_below (menu, ATSPI_ROLE_MENU_ITEM, &n) : NULL;

  return item != NULL && do_action (item);
}

/**
 * play_eyes_press_item:
 * @n: which, counted from 0: GTK 4.18 gives the items of a menu no names
 *
 * Waits until a menu is open, and presses an item of it.
 */
gboolean
play_eyes_press_item (PlayStage *stage, guint n, GError **error)
{
  return play_stage_wait (stage, "an item of a menu can be pressed", is_item_pressed,
                          GUINT_TO_POINTER (n), error);
}

typedef struct
{
  int width;
  int height;
} Size;

/* A window's frame belongs to the window and not to its contents. */
#define FRAME 16

static gboolean
has_size (PlayStage *stage, gpointer data)
{
  Size *size = data;
  g_autoptr (Element) window = find (stage, ATSPI_ROLE_FRAME, NULL);
  g_autoptr (Component) component =
    window != NULL ? atspi_accessible_get_component_iface (window) : NULL;
  AtspiRect *extents =
    component != NULL
      ? atspi_component_get_extents (component, ATSPI_COORD_TYPE_WINDOW, NULL)
      : NULL;
  gboolean equal = extents != NULL && ABS (extents->width - size->width) < FRAME &&
                   ABS (extents->height - size->height) < FRAME;

  g_free (extents);
  return equal;
}

/**
 * play_eyes_wait_size:
 *
 * Waits until Drover has noticed that its window has this size.
 */
gboolean
play_eyes_wait_size (PlayStage *stage, int width, int height, GError **error)
{
  Size size = { width, height };

  return play_stage_wait (stage, "Drover knows the new size of its window", has_size, &size,
                          error);
}

/* The middle of an element, where a mouse would point at it. */
static gboolean
locate (Element *element, int *x, int *y)
{
  g_autoptr (Component) component = atspi_accessible_get_component_iface (element);
  AtspiRect *extents =
    component != NULL
      ? atspi_component_get_extents (component, ATSPI_COORD_TYPE_WINDOW, NULL)
      : NULL;
  gboolean good = extents != NULL && extents->width > 0 && extents->height > 0;

  if (good)
    {
      *x = extents->x + extents->width / 2;
      *y = extents->y + extents->height / 2;
    }
  g_free (extents);
  return good;
}

static gboolean
is_clicked (PlayStage *stage, gpointer data)
{
  g_autoptr (Element) element = find_wanted (stage, data);
  int x, y;

  return element != NULL && locate (element, &x, &y) && play_camera_to_screen (&x, &y) &&
         atspi_generate_mouse_event (x, y, "b1c", NULL);
}

/**
 * play_eyes_click:
 *
 * Clicks on an element with the mouse, where it says that it is: GTK 4.18 lets other programs
 * neither focus nor activate rows and tabs, and a screen reader does it like this then.
 */
gboolean
play_eyes_click (PlayStage *stage, AtspiRole role, const char *name, GError **error)
{
  Wanted wanted = { .role = role, .name = name };
  g_autofree char *what = describe (role, name, "can be clicked");

  return play_stage_wait (stage, what, is_clicked, &wanted, error);
}

/**
 * play_eyes_choose:
 *
 * Chooses a row of a list.
 */
gboolean
play_eyes_choose (PlayStage *stage, const char *row, GError **error)
{
  return play_eyes_click (stage, ATSPI_ROLE_LIST_ITEM, row, error);
}

static void
describe_below (Element *element, int depth)
{
  g_autoptr (Element) here = element;
  g_autofree char *role = atspi_accessible_get_role_name (here, NULL);
  g_autofree char *name = atspi_accessible_get_name (here, NULL);
  gboolean usable = has_state (here, ATSPI_STATE_SENSITIVE);

  g_printerr ("%*s%s “%s”%s\n", depth * 2, "", role, name, usable ? "" : " (insensitive)");
  for (int i = 0; i < atspi_accessible_get_child_count (here, NULL); i++)
    {
      Element *child = atspi_accessible_get_child_at_index (here, i, NULL);

      if (child != NULL && has_state (child, ATSPI_STATE_SHOWING))
        describe_below (child, depth + 1);
      else
        g_clear_object (&child);
    }
}

/**
 * play_eyes_describe:
 *
 * Prints what can be seen, to understand why something was not.
 */
void
play_eyes_describe (PlayStage *stage)
{
  Element *app = find_app (stage);

  if (app != NULL)
    describe_below (app, 0);
}
