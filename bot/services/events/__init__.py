"""Events: what they are, who may come, who comes, and what becomes of it. Plain functions over a session.

model           an event, its texts and times
places          registering, the waiting list, offers: places are counted in the database
registrations   looking up and changing registrations
tickets         numbers, signatures, QR codes
finding         the calendar, search, following a series
notices         what is to be said to many: reminders, changes, offers
door            checking in
after           feedback and its summary
staff           creating, changing, publishing, cancelling
exchange        lists out (XLSX, CSV), events in (YAML, XLSX)
personal        what is kept about a person, and letting it go
"""
