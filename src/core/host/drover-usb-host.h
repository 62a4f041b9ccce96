/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DroverUsbHost:
 * @vendor: its vendor's number, four hexadecimal digits
 * @product: its product number, four hexadecimal digits
 * @title: what it calls itself, for people
 * @bus: on which of the computer's USB buses it is
 * @number: its number there, which changes when it is plugged in again
 * @writable: whether this user may use it
 *
 * One USB device that is plugged into this computer.
 */
typedef struct
{
  char *vendor;
  char *product;
  char *title;
  guint bus;
  guint number;
  gboolean writable;
} DroverUsbHost;

GPtrArray *drover_usb_host_list    (const char *root);
GStrv      drover_usb_host_dup_properties (const DroverUsbHost *self);
void       drover_usb_host_free    (DroverUsbHost *self);

G_END_DECLS
