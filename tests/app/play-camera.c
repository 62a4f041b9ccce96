/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <X11/Xlib.h>
#include <cairo-xlib.h>
#include <string.h>

#include "play-camera.h"

/* So many equal looks in a row, and a picture has come to rest. */
#define EQUAL_LOOKS 4

typedef struct
{
  Display *display;
  Window window;
  cairo_surface_t *picture;
  guint equal_looks;
} Camera;

/* A window may go while it is looked at. */
static int
ignore_error (Display *display, XErrorEvent *event)
{
  return 0;
}

/* Drover's window: the largest that is not a menu. */
static Window
find_window (Display *display, XWindowAttributes *attributes)
{
  Window root, parent, *children = NULL;
  Window best = None;
  unsigned n = 0;

  attributes->width = attributes->height = 0;
  XQueryTree (display, DefaultRootWindow (display), &root, &parent, &children, &n);
  for (unsigned i = 0; i < n; i++)
    {
      XWindowAttributes here;

      if (XGetWindowAttributes (display, children[i], &here) && here.map_state == IsViewable &&
          here.class == InputOutput && !here.override_redirect &&
          here.width * here.height > attributes->width * attributes->height)
        {
          *attributes = here;
          best = children[i];
        }
    }
  if (children != NULL)
    XFree (children);

  return best;
}

/* What is on the screen where the window is, whatever lies above it included. */
static cairo_surface_t *
look (Camera *camera)
{
  int screen = DefaultScreen (camera->display);
  XWindowAttributes at;
  cairo_surface_t *root;
  cairo_surface_t *picture;
  cairo_t *cr;

  camera->window = find_window (camera->display, &at);
  if (camera->window == None)
    return NULL;

  root = cairo_xlib_surface_create (camera->display, DefaultRootWindow (camera->display),
                                    DefaultVisual (camera->display, screen),
                                    DisplayWidth (camera->display, screen),
                                    DisplayHeight (camera->display, screen));
  picture = cairo_image_surface_create (CAIRO_FORMAT_RGB24, at.width, at.height);
  cr = cairo_create (picture);
  cairo_set_source_surface (cr, root, -at.x, -at.y);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (root);
  cairo_surface_flush (picture);
  return picture;
}

static gboolean
is_same (cairo_surface_t *a, cairo_surface_t *b)
{
  if (a == NULL || b == NULL ||
      cairo_image_surface_get_width (a) != cairo_image_surface_get_width (b) ||
      cairo_image_surface_get_height (a) != cairo_image_surface_get_height (b))
    return FALSE;

  return memcmp (cairo_image_surface_get_data (a), cairo_image_surface_get_data (b),
                 cairo_image_surface_get_stride (a) * cairo_image_surface_get_height (a)) == 0;
}

static gboolean
is_at_rest (PlayStage *stage, gpointer data)
{
  Camera *camera = data;
  cairo_surface_t *picture = look (camera);

  camera->equal_looks = is_same (picture, camera->picture) ? camera->equal_looks + 1 : 0;
  g_clear_pointer (&camera->picture, cairo_surface_destroy);
  camera->picture = picture;

  /* Without a window manager nobody gives the window the focus that it looks unused without. */
  if (camera->window != None)
    XSetInputFocus (camera->display, camera->window, RevertToPointerRoot, CurrentTime);
  return camera->equal_looks >= EQUAL_LOOKS;
}

static gboolean
save (PlayStage *stage, Camera *camera, const char *name, GError **error)
{
  g_autofree char *file = g_strconcat (name, ".png", NULL);
  g_autofree char *path = g_build_filename (stage->pictures, file, NULL);
  cairo_status_t status;

  if (camera->picture == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "There is no window to take a picture of");
      return FALSE;
    }

  status = cairo_surface_write_to_png (camera->picture, path);
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Cannot write %s: %s", path,
               cairo_status_to_string (status));
  return FALSE;
}

static Display *
open_display (GError **error)
{
  Display *display = XOpenDisplay (NULL);

  if (display == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED, "There is no X display");
  else
    XSetErrorHandler (ignore_error);
  return display;
}

/**
 * play_camera_to_screen:
 *
 * Makes a place in the window a place on the screen.
 */
gboolean
play_camera_to_screen (int *x, int *y)
{
  Display *display = open_display (NULL);
  XWindowAttributes at;
  gboolean found = display != NULL && find_window (display, &at) != None;

  if (found)
    {
      *x += at.x;
      *y += at.y;
    }
  if (display != NULL)
    XCloseDisplay (display);
  return found;
}

typedef struct
{
  Display *display;
  int width;
  int height;
} Size;

static gboolean
has_size (PlayStage *stage, gpointer data)
{
  Size *size = data;
  XWindowAttributes at;

  return find_window (size->display, &at) != None && at.width == size->width &&
         at.height == size->height;
}

/**
 * play_camera_resize:
 *
 * Makes the window larger or smaller, as a user who drags its corner.
 */
gboolean
play_camera_resize (PlayStage *stage, int width, int height, GError **error)
{
  Size size = { open_display (error), width, height };
  XWindowAttributes at;
  gboolean good;

  if (size.display == NULL)
    return FALSE;

  XResizeWindow (size.display, find_window (size.display, &at), width, height);
  good = play_stage_wait (stage, "the window has its new size", has_size, &size, error);
  XCloseDisplay (size.display);
  return good;
}

/**
 * play_camera_shoot:
 * @name: of the picture, without ending
 *
 * Waits until the window has come to rest, and writes a picture of it.
 */
gboolean
play_camera_shoot (PlayStage *stage, const char *name, GError **error)
{
  Camera camera = { .display = open_display (error) };
  gboolean saved;

  if (camera.display == NULL)
    return FALSE;

  play_stage_settle (stage, is_at_rest, &camera);
  saved = save (stage, &camera, name, error);
  g_clear_pointer (&camera.picture, cairo_surface_destroy);
  XCloseDisplay (camera.display);
  return saved;
}
