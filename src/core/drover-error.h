/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * DroverError:
 * @DROVER_ERROR_MACHINE_FILE: machine.json cannot be understood; the message names where
 * @DROVER_ERROR_MACHINE_VERSION: machine.json has a version that this Drover does not know
 * @DROVER_ERROR_MACHINE_CHANGED: machine.json was changed by someone else since it was read
 * @DROVER_ERROR_TEMPLATE: a template cannot be understood; the message names where
 * @DROVER_ERROR_NO_SUCH_TEMPLATE: no template has this id
 * @DROVER_ERROR_NO_SUCH_MACHINE: no machine has this name
 * @DROVER_ERROR_PROGRAM_MISSING: the QEMU program is not installed
 * @DROVER_ERROR_ARGUMENT: an argument cannot be parsed, or cannot be launched
 * @DROVER_ERROR_START_FAILED: QEMU ended before it answered; the message has its own words
 * @DROVER_ERROR_BAD_STATE: what was asked cannot be done in the machine's present state
 * @DROVER_ERROR_CHECKSUM: a downloaded file is not what its publisher lists
 * @DROVER_ERROR_SIGNATURE: a downloaded file is not signed as it must be
 * @DROVER_ERROR_SAME_IDENTITY: another machine has the same uuid, as after copying its folder
 * @DROVER_ERROR_IN_USE: a disk image is in use by another machine or program
 *
 * Errors of configuration and of what Drover does itself. What QEMU answers over QMP
 * has a domain of its own, #DROVER_QMP_ERROR; files and sockets have GIO's.
 */
typedef enum
{
  DROVER_ERROR_MACHINE_FILE,
  DROVER_ERROR_MACHINE_VERSION,
  DROVER_ERROR_MACHINE_CHANGED,
  DROVER_ERROR_TEMPLATE,
  DROVER_ERROR_NO_SUCH_TEMPLATE,
  DROVER_ERROR_NO_SUCH_MACHINE,
  DROVER_ERROR_PROGRAM_MISSING,
  DROVER_ERROR_ARGUMENT,
  DROVER_ERROR_START_FAILED,
  DROVER_ERROR_BAD_STATE,
  DROVER_ERROR_CHECKSUM,
  DROVER_ERROR_SIGNATURE,
  DROVER_ERROR_SAME_IDENTITY,
  DROVER_ERROR_IN_USE,
} DroverError;

#define DROVER_ERROR (drover_error_quark ())
GQuark drover_error_quark (void);

gboolean drover_set_errno_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/**
 * DroverQmpError:
 * @DROVER_QMP_ERROR_GENERIC: QMP's `GenericError`
 * @DROVER_QMP_ERROR_COMMAND_NOT_FOUND: QMP's `CommandNotFound`
 * @DROVER_QMP_ERROR_DEVICE_NOT_ACTIVE: QMP's `DeviceNotActive`
 * @DROVER_QMP_ERROR_DEVICE_NOT_FOUND: QMP's `DeviceNotFound`
 * @DROVER_QMP_ERROR_KVM_MISSING_CAP: QMP's `KVMMissingCap`
 * @DROVER_QMP_ERROR_PROTOCOL: the peer sent what is not QMP
 * @DROVER_QMP_ERROR_CLOSED: the peer closed the connection
 * @DROVER_QMP_ERROR_TIMEOUT: no answer in time
 * @DROVER_QMP_ERROR_BUSY: no greeting in time, as when another program holds the socket
 *
 * The first ones are the error classes of QEMU's qapi/error.json, one for one.
 */
typedef enum
{
  DROVER_QMP_ERROR_GENERIC,
  DROVER_QMP_ERROR_COMMAND_NOT_FOUND,
  DROVER_QMP_ERROR_DEVICE_NOT_ACTIVE,
  DROVER_QMP_ERROR_DEVICE_NOT_FOUND,
  DROVER_QMP_ERROR_KVM_MISSING_CAP,
  DROVER_QMP_ERROR_PROTOCOL,
  DROVER_QMP_ERROR_CLOSED,
  DROVER_QMP_ERROR_TIMEOUT,
  DROVER_QMP_ERROR_BUSY,
} DroverQmpError;

#define DROVER_QMP_ERROR (drover_qmp_error_quark ())
GQuark         drover_qmp_error_quark      (void);
DroverQmpError drover_qmp_error_from_class (const char *error_class);

G_END_DECLS
